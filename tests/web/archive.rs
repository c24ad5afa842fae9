//! Runs that are no longer in memory, asked of what the application hands in.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use emc_monitor::model::id::RunId;
use emc_monitor::web::archive::{Find, Kept};
use http::StatusCode;

use crate::served::Served;

const ASKED: RunId = RunId::new(0x0123_4567_89ab_cdef);

/// A disk that answers nothing until its sender is dropped.
fn stuck() -> (Find, Sender<()>) {
    let (free, freed) = channel::<()>();
    let freed = Arc::new(Mutex::new(freed));
    let find = move |_| {
        let _ = freed.lock().unwrap().recv();
        Ok(None)
    };
    (Box::new(find), free)
}

#[tokio::test]
async fn a_history_that_hangs_holds_up_neither_other_pages_nor_its_reader_for_long() {
    let served = Served::new(&["trang-chu"]).await;
    let (find, free) = stuck();
    served.state.archive.hand_in(Some(find));
    let page = format!("runs/{ASKED}?lang=en");
    let began = Instant::now();
    let asked = || served.get(&page);
    // This test's runtime has one thread: were it blocked, nothing below would be answered.
    let (one, two, three, four, healthy) =
        tokio::join!(asked(), asked(), asked(), asked(), served.get("-/healthy"));
    assert_eq!(healthy.status(), StatusCode::OK);
    for answer in [one, two, three, four] {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.text().await.unwrap().contains("History cannot be read now"));
    }
    assert!(began.elapsed() < Duration::from_secs(20), "given up after a while");
    // All places are still taken by those who were given up, so the next is not even begun.
    let again = Instant::now();
    assert_eq!(asked().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(again.elapsed() < Duration::from_secs(2), "told at once");
    drop(free);
    while asked().await.status() != StatusCode::NOT_FOUND {
        assert!(began.elapsed() < Duration::from_secs(60), "places become free again");
    }
    served.end().await;
}

#[tokio::test]
async fn what_is_kept_is_shown_escaped_and_what_cannot_be_read_is_not() {
    let served = Served::new(&["trang-chu"]).await;
    let hostile = serde_json::json!({
        "authority": "<script>", "portal": "dvc", "probe": "x", "kind": "<b>", "status": "down", "reason": "status",
        "started_at": "2026-11-24T01:02:03Z", "duration_seconds": -1.0, "phases": {"connect": "1"},
        "findings": [{"rule": "<i>", "outcome": "odd", "expected": "a\u{202e}b", "found": 7}],
        "timeline": [{"after_seconds": 1e300, "what": "<u>", "detail": "</ol><script>alert(1)</script>"}],
        "addresses": [{"address": "<a>", "fault": {"operation": "connect", "detail": "<x>"}}],
        "tls": {"chain": [{"subject": "<s>", "not_after": "never"}]}, "http": {"headers": {"<h>": "<v>"}, "excerpt": "<e>"},
        "dns": {"<k>": ["<w>"]},
    });
    served.state.archive.hand_in(Some(Box::new(move |_| {
        Ok(Some(Kept {
            json: hostile.to_string(),
            vietnamese: vec![("tiếng Việt".to_owned(), String::new())],
        }))
    })));
    let page = served.get(&format!("runs/{ASKED}?lang=vi")).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    let own_tags =
        ["<script", "<b>", "<i>", "<u>", "<x>", "<s>", "<h>", "<v>", "<e>", "<k>", "<w>", "\u{202e}"];
    assert!(own_tags.iter().all(|tag| !page.contains(tag)), "{page}");
    assert!(page.contains("tiếng Việt") && page.contains("kết nối: "), "{page}");
    for broken in ["", "[]", "{}", "{\"started_at\": 5}"] {
        served.state.archive.hand_in(Some(Box::new(move |_| {
            Ok(Some(Kept { json: broken.to_owned(), vietnamese: Vec::new() }))
        })));
        assert_eq!(served.get(&format!("runs/{ASKED}")).await.status(), StatusCode::NOT_FOUND, "{broken}");
    }
    served.state.archive.hand_in(Some(Box::new(|_| Err("the disk is gone".to_owned()))));
    assert_eq!(served.get(&format!("runs/{ASKED}")).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    served.end().await;
}
