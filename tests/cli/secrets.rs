//! A secret that a probe sends is in no output, whatever is asked for, also where the server gives it back.

use std::fs;

use super::page::serve;
use super::run::{emc, emc_in};

const SECRET: &str = "s3cr3t-Mật-khẩu-9f1c";

#[test]
fn no_output_and_no_log_shows_a_secret() {
    let address = serve();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), SECRET).unwrap();
    let authority = format!(
        "authority: {{id: bo-vd, name: {{vi: Bộ Ví dụ, en: Examples}}}}\n\
         portals:\n  - id: dvc\n    url: http://{address}\n    probes:\n\
        \x20     - {{name: a, http: {{bearer_token: {{file: token}}, secret_headers: {{X-Key: {{file: token}}}}}}}}\n"
    );
    fs::write(folder.path().join("bo-vd.yaml"), authority).unwrap();
    for output in ["human", "json", "ndjson", "nagios", "junit", "tap", "prom"] {
        let ended = emc_in(folder.path(), &["--log.level", "trace", "probe", "-v", "--all", "-o", output]);
        assert_eq!(ended.code, 0, "{output}: {}{}", ended.stdout, ended.stderr);
        assert!(!ended.stdout.contains(SECRET) && !ended.stderr.contains(SECRET), "{output}");
    }
}

#[test]
fn credentials_and_query_of_an_address_are_not_shown() {
    let target = format!("http://nguoi:{SECRET}@{}/?khoa={SECRET}", serve());
    for output in ["human", "json", "nagios", "junit", "tap", "prom"] {
        let ended = emc(&["--log.level", "trace", "probe", "-v", "-o", output, &target]);
        let said = ended.stdout + &ended.stderr;
        assert!(!said.contains("s3cr3t"), "{output}: {said}");
    }
}
