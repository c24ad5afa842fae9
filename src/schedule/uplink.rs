//! Whether our own network works: anchors that answer whenever it does. When none answers, no portal is called down.

use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::net::Net;
use crate::net::route::{Endpoint, Reach, Route};
use crate::net::run::Run;

/// How long the anchors have to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many questions may wait; past that the asker is told that nothing is known.
const QUEUE: usize = 4096;

/// Asks the owner task whether the uplink works. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uplink {
    ask: Option<mpsc::Sender<Question>>,
    lost: watch::Receiver<bool>,
}

#[derive(Debug)]
struct Question {
    since: Instant,
    answer: oneshot::Sender<bool>,
}

impl Uplink {
    /// Watches these anchors; with none, the uplink is never called lost.
    #[must_use]
    pub fn watch(net: Net, route: Route, anchors: Vec<Endpoint>, every: Duration) -> Self {
        let (tell, lost) = watch::channel(false);
        if anchors.is_empty() {
            return Self { ask: None, lost };
        }
        let (ask, questions) = mpsc::channel(QUEUE);
        tokio::spawn(own(Anchors { net, route, endpoints: anchors }, every, questions, tell));
        Self { ask: Some(ask), lost }
    }

    /// What the last try said.
    #[must_use]
    pub fn was_lost(&self) -> bool {
        *self.lost.borrow()
    }

    /// Whether no anchor answered in a try that began at `since` or later. Waits for such a try, a few seconds at most.
    pub async fn is_lost_since(&self, since: Instant) -> bool {
        let Some(ask) = &self.ask else { return false };
        let (answer, told) = oneshot::channel();
        if ask.try_send(Question { since, answer }).is_err() {
            return false;
        }
        told.await.unwrap_or(false)
    }
}

/// The anchors and the way to them.
#[derive(Clone, Debug)]
struct Anchors {
    net: Net,
    route: Route,
    endpoints: Vec<Endpoint>,
}

impl Anchors {
    /// Whether any anchor accepts a connection.
    async fn any_answers(&self) -> bool {
        let mut tries = JoinSet::new();
        for anchor in self.endpoints.clone() {
            let (net, route) = (self.net.clone(), self.route.clone());
            tries.spawn(async move {
                let mut run = Run::begin(PATIENCE);
                net.dial(&anchor, &route, Reach::Configured, &mut run).await.stream.is_ok()
            });
        }
        while let Some(answered) = tries.join_next().await {
            if answered.unwrap_or(false) {
                return true;
            }
        }
        false
    }
}

/// The owner task: one try at a time serves everybody who asked before it began.
async fn own(
    anchors: Anchors,
    every: Duration,
    mut questions: mpsc::Receiver<Question>,
    tell: watch::Sender<bool>,
) {
    let mut clock = tokio::time::interval(every);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut tried = None;
    let mut waiting: Vec<Question> = Vec::new();
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            question = questions.recv() => match question {
                Some(question) => waiting.push(question),
                None => return,
            },
        }
        while let Ok(question) = questions.try_recv() {
            waiting.push(question);
        }
        let newest = waiting.iter().map(|question| question.since).max();
        if waiting.is_empty() || tried < newest {
            let began = Instant::now();
            tell.send_replace(!anchors.any_answers().await);
            tried = Some(began);
        }
        for question in waiting.drain(..) {
            // An asker that has gone needs no answer.
            let _ = question.answer.send(*tell.borrow());
        }
    }
}
