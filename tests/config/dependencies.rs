//! What depends on what: nothing depends on itself, however long the way round.

use emc_monitor::model::text::Language;
use emc_monitor::schedule::dependencies::Breakage;

use crate::bed::Bed;

const GLOBAL: &str = "dependencies:\n- {id: sso, watched_by: dung-chung/sso}\n- {id: trung-tam, watched_by: dung-chung/trung-tam}\n";
const PROBES: &str = "probes: [{name: a, http: {url: 'http://127.0.0.1:1/'}}]";

fn shared(sso_needs: &str, centre_needs: &str) -> String {
    format!(
        "authority: {{id: dung-chung}}\nportals:\n- {{id: sso, depends_on: [{sso_needs}], {PROBES}}}\n\
         - {{id: trung-tam, depends_on: [{centre_needs}], {PROBES}}}\n"
    )
}

#[test]
fn a_portal_that_depends_on_itself_is_told_with_its_place_in_both_languages() {
    let bed = Bed::new(&[("emc.yaml", GLOBAL), ("dung-chung.yaml", &shared("sso", ""))]);
    let (en, vi) = (bed.wrong(), bed.wrong_in(Language::Vi));
    assert!(en.contains("the portal \"sso\" depends on itself by way of \"sso\""), "{en}");
    assert!(en.contains("dung-chung.yaml:3:"), "{en}");
    assert!(vi.contains("cổng \"sso\" phụ thuộc vào chính nó qua \"sso\""), "{vi}");
}

#[test]
fn a_circle_of_two_is_told_at_both_its_places() {
    let bed = Bed::new(&[("emc.yaml", GLOBAL), ("dung-chung.yaml", &shared("trung-tam", "sso"))]);
    let wrong = bed.wrong();
    assert!(wrong.contains("dung-chung.yaml:3:") && wrong.contains("dung-chung.yaml:4:"), "{wrong}");
}

#[test]
fn a_chain_of_dependencies_is_fine() {
    let bed = Bed::new(&[("emc.yaml", GLOBAL), ("dung-chung.yaml", &shared("trung-tam", ""))]);
    let loaded = bed.right();
    let needs: Vec<_> = loaded.portals.iter().map(|portal| portal.depends_on.len()).collect();
    assert_eq!(needs, [1, 0]);
}

#[test]
fn what_a_dependency_breaks_is_one_of_three_and_needs_a_portal_that_tells() {
    let global = |rest: &str| GLOBAL.replace("{id: trung-tam,", &format!("{{id: trung-tam, {rest},"));
    let shared = shared("", "");
    let bed = Bed::new(&[("emc.yaml", &global("breaks: [resolve, tls]")), ("dung-chung.yaml", &shared)]);
    let breaks: Vec<_> = bed.right().global.dependencies.into_iter().map(|one| one.breaks).collect();
    assert_eq!(breaks, [vec![], vec![Breakage::Resolve, Breakage::Tls]]);

    let bed = Bed::new(&[("emc.yaml", &global("breaks: [conect]")), ("dung-chung.yaml", &shared)]);
    let (en, vi) = (bed.wrong(), bed.wrong_in(Language::Vi));
    assert!(en.contains("emc.yaml:3:28") && en.contains("connect"), "{en}");
    assert!(vi.contains("emc.yaml:3:28"), "{vi}");

    let bed = Bed::new(&[("emc.yaml", "dependencies:\n- {id: trung-tam, breaks: [connect]}\n")]);
    let (en, vi) = (bed.wrong(), bed.wrong_in(Language::Vi));
    assert!(en.contains("emc.yaml:2:27") && en.contains("no portal is watched for \"trung-tam\""), "{en}");
    assert!(vi.contains("không cổng nào đo \"trung-tam\""), "{vi}");
}
