//! Every alert has a page that says, in both languages, what broke, who is affected and what to do first; and a
//! dashboard that exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use emc_monitor::dashboards::boards;
use emc_monitor::rules::alert_names;
use emc_monitor::rules::file::{Alert, Rule};
use emc_monitor::rules::{Settings, Watched, generate};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn alerts() -> Vec<Alert> {
    let groups = generate(&Watched::anything(), &Settings::default());
    let rules = groups.into_iter().flat_map(|group| group.rules);
    rules.filter_map(|rule| if let Rule::Alert(alert) = rule { Some(*alert) } else { None }).collect()
}

#[test]
fn every_alert_has_its_runbook_and_every_runbook_its_alert() {
    let pages: BTreeSet<String> = fs::read_dir(root().join("docs/runbooks"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".md").to_owned())
        .collect();
    let names: BTreeSet<String> = alert_names().into_iter().map(str::to_owned).collect();
    assert_eq!(pages, names);
}

#[test]
fn every_runbook_answers_the_three_questions_in_both_languages() {
    for name in alert_names() {
        let page = fs::read_to_string(root().join(format!("docs/runbooks/{name}.md"))).unwrap();
        assert!(page.starts_with(&format!("# {name}\n")), "{name}");
        for part in [
            "## Tiếng Việt",
            "**Điều gì hỏng?**",
            "**Ai bị ảnh hưởng?**",
            "**Việc cần làm trước:**",
            "## English",
            "**What broke?**",
            "**Who is affected?**",
            "**What to do first:**",
        ] {
            assert!(page.contains(part), "{name} lacks {part}");
        }
        for link in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(root().join("docs/runbooks").join(link).exists(), "{name}: {link}");
        }
    }
}

#[test]
fn every_alert_is_named_worded_and_linked_as_agreed() {
    let boards: Vec<String> = boards::all().iter().map(|board| format!("/d/emc-{}-vi", board.id)).collect();
    for Alert { name, words, dashboard, .. } in alerts() {
        assert!(name.starts_with("Emc"), "{name}");
        for text in [words.summary, words.description] {
            assert_ne!(text.vi, text.en, "{name}");
            assert!(text.vi.ends_with('.') && text.en.ends_with('.'), "{name}");
        }
        assert!(!words.summary.en.contains("{{"), "{name}: a summary is always the same");
        let path = dashboard.split('?').next().unwrap().to_owned();
        assert!(boards.contains(&path), "{name}: there is no dashboard at {path}");
    }
}
