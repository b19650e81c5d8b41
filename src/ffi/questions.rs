//! Questions of the library that the host answers: what Azure PowerShell says.

use std::sync::Arc;
use std::time::Duration;

use crate::arm::{Category, Error, Result};
use crate::auth::{Answer, Question};

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
            Said::Missing => Err(missing()),
            Said::Failed(why) => Err(failed(&why)),
            Said::Token(answer) => Ok(answer),
        };
        self.0.answer(answer.and_then(checked));
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

/// A token that has run out is one of a sign-in that has.
fn checked(answer: Answer) -> Result<Answer> {
    match answer.lifetime {
        Duration::ZERO => Err(error(
            "AzurePowerShellNotSignedIn",
            "The token that Azure PowerShell gave has run out",
        )
        .advise("Run Connect-AzAccount, then connect again.")),
        _ => Ok(answer),
    }
}

fn missing() -> Error {
    error(
        "AzurePowerShellMissing",
        "Azure PowerShell (the module Az.Accounts) is not installed",
    )
    .advise("Install it, or sign in another way.")
}

fn failed(why: &str) -> Error {
    let signed_out = why.contains("Connect-AzAccount") || why.contains("AADSTS");
    match signed_out {
        true => error(
            "AzurePowerShellNotSignedIn",
            &format!("Azure PowerShell is not signed in: {why}"),
        )
        .advise("Run Connect-AzAccount, then connect again."),
        false => error(
            "AzurePowerShellFailed",
            &format!("Azure PowerShell gave no token: {why}"),
        )
        .advise("Run Get-AzAccessToken to see more."),
    }
}

fn error(code: &str, message: &str) -> Error {
    Error::new(Category::AuthenticationError, code, "Az.Accounts", message)
}
