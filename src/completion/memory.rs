//! What was asked a moment ago, and what was answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use super::found::Found;
use super::subject::{Limit, Subject};
use crate::arm::Client;
use crate::base::folded;

/// How long an answer is good for, one that says nothing too; and how long the service may take
/// for one, however long whoever asked has waited.
const LIFETIME: Duration = Duration::from_secs(30);

/// The same for what Azure changes seldom and takes long to tell.
const LONG_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// How many questions are remembered or under way: the oldest are given up.
const MOST: usize = 16;

/// The answers that one connection had for the words of command lines.
#[derive(Default)]
pub struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    asked: Vec<Remembered>,
    closed: bool,
}

struct Remembered {
    question: Question,
    at: Instant,
    /// None as long as the service has not answered.
    answer: watch::Receiver<Option<Arc<Answer>>>,
    task: AbortHandle,
}

/// What is asked, and the folded word that limits the answer.
struct Question {
    subject: Subject,
    word: String,
}

/// What came of a question.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) found: Vec<Found>,
    /// Whether nothing that fits the word was left out.
    is_whole: bool,
    failed: bool,
}

impl Memory {
    /// What the service knows of a subject, limited to a word: as it said a moment ago, or says now.
    /// Nothing where it refuses or fails.
    pub(super) async fn answer(
        &self,
        client: &Client,
        subject: Subject,
        word: &str,
    ) -> Arc<Answer> {
        let word = match subject.limit() {
            Limit::Whole => String::new(),
            Limit::Beginning | Limit::Anywhere => folded(word),
        };
        let Some(mut answer) = self.look(client, Question { subject, word }) else {
            return Arc::default();
        };
        let answered = answer.wait_for(Option::is_some).await;
        // One that was given up says nothing.
        answered.map_or_else(
            |_| Arc::default(),
            |answer| answer.clone().unwrap_or_default(),
        )
    }

    /// Forgets all, and stops what is under way.
    pub fn forget(&self) {
        self.state().asked.clear();
    }

    /// The same, for good: the connection is closed.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.asked.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the answer comes, or has come. Asks only where it is not under way.
    fn look(
        &self,
        client: &Client,
        question: Question,
    ) -> Option<watch::Receiver<Option<Arc<Answer>>>> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        state.asked.retain(Remembered::is_good);
        if let Some(known) = state.asked.iter().find(|known| known.answers(&question)) {
            return Some(known.answer.clone());
        }
        if state.asked.len() >= MOST {
            state.asked.remove(0);
        }
        let remembered = Remembered::ask(client, question);
        let answer = remembered.answer.clone();
        state.asked.push(remembered);
        Some(answer)
    }
}

impl Remembered {
    fn ask(client: &Client, question: Question) -> Self {
        let (sender, answer) = watch::channel(None);
        let (client, subject, word) = (
            client.clone(),
            question.subject.clone(),
            question.word.clone(),
        );
        let asking = async move {
            let asked = timeout(LIFETIME, subject.ask(&client, &word)).await;
            let answer = match asked {
                Ok(Ok((found, is_whole))) => Answer {
                    found,
                    is_whole,
                    failed: false,
                },
                // Another word would fare no better.
                Ok(Err(_)) | Err(_) => Answer {
                    found: Vec::new(),
                    is_whole: true,
                    failed: true,
                },
            };
            sender.send_replace(Some(Arc::new(answer)));
        };
        Self {
            question,
            at: Instant::now(),
            answer,
            task: tokio::spawn(asking).abort_handle(),
        }
    }

    fn is_good(&self) -> bool {
        let lifetime = match self.answer.borrow().as_deref() {
            Some(answer) if !answer.failed && self.question.subject.lasts() => LONG_LIFETIME,
            _ => LIFETIME,
        };
        self.at.elapsed() < lifetime
    }

    /// Whether what was answered, or will be, has all that fits the question.
    fn answers(&self, question: &Question) -> bool {
        let (own, word) = (&self.question.word, &question.word);
        let is_whole = || {
            self.answer
                .borrow()
                .as_deref()
                .is_some_and(|one| one.is_whole)
        };
        let covers = match question.subject.limit() {
            Limit::Whole => true,
            Limit::Beginning => word.starts_with(own.as_str()),
            Limit::Anywhere => word.contains(own.as_str()),
        };
        self.question.subject == question.subject && (own == word || (covers && is_whole()))
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        self.task.abort();
    }
}
