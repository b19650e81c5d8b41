//! Questions of the library that the host answers.

use std::sync::Arc;

use crate::base::{HostAnswer, Question};

/// A question that this host has taken up. Dropped without an answer, it is left to others.
#[derive(Debug)]
pub(super) struct Claim(Arc<Question>);

impl Claim {
    /// Claims a question, unless another host has claimed it or no operation waits for the answer.
    pub(super) fn on(question: &Arc<Question>) -> Option<Self> {
        question.claim().then(|| Self(question.clone()))
    }

    /// Answers it; with nothing when the host was stopped before it knew.
    pub(super) fn answer(self, answer: Option<HostAnswer>) {
        if let Some(answer) = answer {
            self.0.answer(answer);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // After an answer this does nothing.
        self.0.give_up();
    }
}
