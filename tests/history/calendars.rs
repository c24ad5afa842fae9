//! The operator's own days: they overrule what is known of the country's, and what is wrong in them is told with its place.

use std::fs;

use serde_json::Value;

use crate::bed::emc;
use crate::report::{configured, october};

#[test]
fn an_operators_own_days_overrule_those_of_the_country_in_a_report() {
    let folder = tempfile::tempdir().unwrap();
    configured(folder.path());
    october(&folder.path().join("emc-history.sqlite"));
    let office = |calendars: &str| -> Value {
        let global = format!("history: {{keep: {{days: 36500d}}}}\n{calendars}");
        fs::write(folder.path().join("emc.yaml"), global).unwrap();
        let asked = ["report", "availability", "--month", "2025-10", "--output", "json"];
        let (code, json, wrong) = emc(folder.path(), &asked);
        assert_eq!(code, 0, "{wrong}");
        serde_json::from_str::<Value>(&json).unwrap()["authorities"][0]["portals"][0]["office"].clone()
    };
    let hours = |office: &Value| {
        let seconds = |key: &str| office[key].as_u64().unwrap();
        (seconds("working_seconds") + seconds("broken_seconds") + seconds("unseen_seconds")) / 3600
    };
    let usual = office("");
    assert_eq!((&usual["broken_seconds"], hours(&usual)), (&3600.into(), 23 * 8));
    // The day of the outage becomes a day off, and a Sunday is worked.
    let own = office("calendars: [{id: hanh-chinh, off: ['2025-10-08'], working: ['2025-10-05']}]\n");
    assert_eq!((&own["broken_seconds"], hours(&own)), (&0.into(), 23 * 8));
    let fewer = office("calendars: [{id: hanh-chinh, off: ['2025-10-08', '2025-10-09']}]\n");
    assert_eq!(hours(&fewer), 21 * 8);
}

#[test]
fn what_is_wrong_in_a_calendar_is_told_with_its_place() {
    for (keys, at, why) in [
        ("off: ['2027-02-30']", "emc.yaml:1:36", "\"2027-02-30\" is no day"),
        ("working: ['2027-02-06', tet]", "emc.yaml:1:54", "\"tet\" is no day"),
        ("hours: {mon: ['11:30-07:30']}", "emc.yaml:1:44", "are no hours"),
        ("hours: {thu-hai: ['07:30-11:30']}", "emc.yaml:1:", "thu-hai"),
        ("of: ['2027-02-05']", "emc.yaml:1:", "\"off\""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("emc.yaml"), format!("calendars: [{{id: rieng,      {keys}}}]\n"))
            .unwrap();
        let (code, _, told) = emc(folder.path(), &["check"]);
        assert_eq!(code, 1, "{keys}: {told}");
        assert!(told.contains(at) && told.contains(why), "{keys}: {at}\n{told}");
    }
}
