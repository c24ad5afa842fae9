//! A portal that sends citizens to a shared sign-on which is gone.

use crate::monitor::Monitor;
use crate::portal::{Portal, closed_port};
use crate::{POLITE_ENOUGH, authority};

#[test]
fn a_portal_that_sends_people_to_a_sign_on_which_is_gone_is_not_to_blame() {
    let sign_on = format!("http://127.0.0.1:{}", closed_port());
    let portal = Portal::that_sends_to(&format!("{sign_on}/dang-nhap"));
    let global = format!("{POLITE_ENOUGH}dependencies: [{{id: sso, watched_by: dung-chung/dvc}}]\n");
    let shared = authority(&sign_on, "").replace("bo-vd", "dung-chung");
    let own = authority(&portal.url(), "") + "    depends_on: [sso]\n";
    let monitor =
        Monitor::start(&[("emc.yaml", &global), ("dung-chung.yaml", &shared), ("bo-vd.yaml", &own)], &[]);
    let reason = |authority: &str, reason: &str| {
        format!(
            "emc_probe_reason_info{{authority=\"{authority}\",portal=\"dvc\",probe=\"trang-chu\",kind=\"http\",location=\"local\",reason=\"{reason}\"}}"
        )
    };
    monitor.wait_for(&reason("bo-vd", "dependency"), |n| n == 1.0);
    assert_eq!(monitor.value(&reason("dung-chung", "connect_refused")), 1.0, "its own door");
    assert_eq!(
        monitor.value("emc_dependency_status{location=\"local\",dependency=\"sso\",status=\"down\"}"),
        1.0
    );
}
