//! Questions of the library that the host answers: what Azure PowerShell says.

use std::sync::Arc;

use crate::auth::{Answer, Question, azure_powershell_errors as errors};

/// A question that this host has taken up. Dropped without an answer, it is left to others.
#[derive(Debug)]
pub(super) struct Claim(Arc<Question>);

impl Claim {
    /// Takes a question up, unless somebody has or nobody waits any more.
    pub(super) fn on(question: &Arc<Question>) -> Option<Self> {
        question.claim().then(|| Self(question.clone()))
    }

    /// Answers it.
    pub(super) fn answer(self, said: Said) {
        let answer = match said {
            Said::Nothing => return,
            Said::Missing => Err(errors::missing()),
            Said::Failed(why) => Err(errors::failed(&why)),
            Said::Token(answer) => errors::checked(answer),
        };
        self.0.answer(answer);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // After an answer this does nothing.
        self.0.give_up();
    }
}

/// What the host says to a question.
pub(super) enum Said {
    /// It was stopped before it knew.
    Nothing,
    /// There is no Azure PowerShell.
    Missing,
    /// Azure PowerShell failed, in these words.
    Failed(String),
    /// A token.
    Token(Answer),
}
