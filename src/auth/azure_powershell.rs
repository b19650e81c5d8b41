//! The sign-in of Azure PowerShell, which only the host can ask: it runs in the same PowerShell.
//!
//! A question goes to the host of every operation that waits for its answer, and the first that
//! takes it up answers for all. Were only one asked, a pipeline that is busy with another cmdlet
//! could keep that cmdlet waiting for itself.

use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{oneshot, watch};

use super::{AccessToken, Audience, Caller, Secret};
use crate::base::{Error, Observer, Result};

/// Azure PowerShell, and the tenant to ask it for.
#[derive(Debug)]
pub struct AzurePowerShell {
    tenant: Option<String>,
    open: Open,
}

/// The question that waits for an answer.
type Open = Arc<watch::Sender<Option<Arc<Question>>>>;

/// What the host is to ask Azure PowerShell.
#[derive(Debug)]
pub struct Question {
    /// What the token is for; Azure PowerShell's own Resource Manager when not given.
    pub audience: Option<String>,
    /// The tenant; that of its context when not given.
    pub tenant: Option<String>,
    claimed: AtomicBool,
    answer: Mutex<Option<oneshot::Sender<Result<Answer>>>>,
    open: Open,
}

/// What Azure PowerShell says.
#[derive(Debug)]
pub struct Answer {
    /// The token.
    pub token: Secret,
    /// How long it is good for.
    pub lifetime: Duration,
    /// Who is signed in.
    pub account: Option<String>,
    /// The tenant of its context.
    pub tenant: Option<String>,
    /// The subscription of its context.
    pub subscription_id: Option<String>,
    /// The Resource Manager of its context.
    pub endpoint: Option<String>,
    /// What tokens for that Resource Manager are asked for.
    pub audience: Option<String>,
}

impl Question {
    /// Takes the question up; false when somebody else has, or nobody waits for it any more.
    pub(crate) fn claim(&self) -> bool {
        let waits = self
            .waiting()
            .as_ref()
            .is_some_and(|answer| !answer.is_closed());
        waits && !self.claimed.swap(true, Ordering::SeqCst)
    }

    /// Answers it, once it is claimed.
    pub(crate) fn answer(&self, answer: Result<Answer>) {
        if let Some(waiting) = self.waiting().take() {
            // Who asked may have been cancelled.
            let _ = waiting.send(answer);
        }
    }

    /// Leaves it to others.
    pub(crate) fn give_up(&self) {
        self.claimed.store(false, Ordering::SeqCst);
        self.open.send_modify(|_| {});
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<oneshot::Sender<Result<Answer>>>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AzurePowerShell {
    /// Azure PowerShell as it is signed in to a tenant, or by itself.
    pub fn new(tenant: Option<String>) -> Self {
        Self {
            tenant,
            open: Arc::new(watch::Sender::new(None)),
        }
    }

    /// Asks it for a token for `audience`.
    ///
    /// # Errors
    /// `AzurePowerShellUnavailable` without a host; those that the host tells.
    pub(crate) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        let answer = self.ask(caller, Some(&audience.resource)).await?;
        Ok(AccessToken::issued(answer.token, answer.lifetime))
    }

    /// Asks it for a token, and for what it is signed in to.
    ///
    /// # Errors
    /// Those of [`token`](Self::token).
    pub(crate) async fn ask(&self, caller: &Caller<'_>, audience: Option<&str>) -> Result<Answer> {
        let (sender, answer) = oneshot::channel();
        let question = Arc::new(Question {
            audience: audience.map(str::to_owned),
            tenant: self.tenant.clone(),
            claimed: AtomicBool::new(false),
            answer: Mutex::new(Some(sender)),
            open: self.open.clone(),
        });
        if !caller.observer.ask_host(&question) {
            return Err(no_host());
        }
        let _open = Opened::new(&self.open, question);
        let answered = self.while_helping(caller.observer, answer).await;
        answered.unwrap_or_else(|_| Err(no_host()))
    }

    /// Waits for something, and meanwhile lets the host see every question that nobody has taken
    /// up.
    pub(crate) async fn while_helping<T>(
        &self,
        observer: &Arc<dyn Observer>,
        something: impl Future<Output = T>,
    ) -> T {
        let help = async {
            let mut open = self.open.subscribe();
            loop {
                let question = open.borrow_and_update().clone();
                if let Some(question) = question {
                    observer.ask_host(&question);
                }
                if open.changed().await.is_err() {
                    pending::<()>().await;
                }
            }
        };
        match select(pin!(something), pin!(help)).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => never,
        }
    }
}

/// A question that is open as long as this lives.
struct Opened<'a>(&'a Open);

impl<'a> Opened<'a> {
    fn new(open: &'a Open, question: Arc<Question>) -> Self {
        open.send_replace(Some(question));
        Self(open)
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.0.send_replace(None);
    }
}

fn no_host() -> Error {
    errors::error(
        errors::UNAVAILABLE,
        "Azure PowerShell is available only within PowerShell",
    )
}

/// Why Azure PowerShell gives no token.
pub(crate) mod errors {
    use std::time::Duration;

    use super::Answer;
    use crate::auth::complaint::{Commands, Complaint};
    use crate::base::{Category, Error, Result};

    /// It is not installed.
    pub(crate) const MISSING: &str = "AzurePowerShellMissing";
    /// There is no host that can ask it.
    pub(crate) const UNAVAILABLE: &str = "AzurePowerShellUnavailable";
    const NOT_SIGNED_IN: &str = "AzurePowerShellNotSignedIn";

    const COMMANDS: Commands = Commands {
        prefixes: &["Connect-Az", "Disconnect-Az", "Clear-Az"],
        sign_in: "Connect-AzAccount",
    };

    /// A token that has run out is one of a sign-in that has.
    ///
    /// # Errors
    /// `AzurePowerShellNotSignedIn`.
    pub(crate) fn checked(answer: Answer) -> Result<Answer> {
        match answer.lifetime {
            Duration::ZERO => Err(error(
                NOT_SIGNED_IN,
                "The token from Azure PowerShell has expired",
            )
            .advise("Run Connect-AzAccount, then connect again.")),
            _ => Ok(answer),
        }
    }

    /// The error for a PowerShell without the module.
    pub(crate) fn missing() -> Error {
        error(
            MISSING,
            "Azure PowerShell (the module Az.Accounts) is not installed",
        )
        .advise("Install it, or sign in another way.")
    }

    /// The error for what Azure PowerShell says.
    pub(crate) fn failed(text: &str) -> Error {
        let complaint = Complaint::read(text, &COMMANDS);
        let reason = &complaint.reason;
        let no_token = format!("Azure PowerShell returned no token: {reason}");
        if complaint.is_entras {
            error(NOT_SIGNED_IN, &no_token)
        } else if !complaint.commands.is_empty() {
            error(
                NOT_SIGNED_IN,
                &format!("Azure PowerShell is not signed in: {reason}"),
            )
        } else {
            return error("AzurePowerShellFailed", &no_token)
                .advise("Run Get-AzAccessToken for details.");
        }
        .advise(complaint.advice("Azure PowerShell"))
    }

    pub(crate) fn error(code: &str, message: &str) -> Error {
        Error::new(Category::AuthenticationError, code, "Az.Accounts", message)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn entras_reason_is_found_below_azs_own() {
            let text = "Your Azure credentials have expired, please run Connect-AzAccount.\n\
                        Authentication failed.\nAADSTS50076: You must use multi-factor \
                        authentication. Trace ID: 1\nConnect-AzAccount -Tenant 't' \
                        -ClaimsChallenge 'eyJ9'";
            assert_eq!(
                failed(text).to_string(),
                "Azure PowerShell returned no token: AADSTS50076: You must use multi-factor \
                 authentication. Run what Azure PowerShell names, then connect again: \
                 Connect-AzAccount -Tenant 't' -ClaimsChallenge 'eyJ9'"
            );
        }

        #[test]
        fn what_it_says_is_told_apart() {
            for (text, code) in [
                ("Run Connect-AzAccount to login.", NOT_SIGNED_IN),
                ("AADSTS70043: The refresh token has expired", NOT_SIGNED_IN),
                ("The disk is full.", "AzurePowerShellFailed"),
            ] {
                assert_eq!(failed(text).code(), code, "{text}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::base::{Http, Progress, Proxy, RetryPolicy};

    /// A host that keeps what it is asked.
    #[derive(Default)]
    struct Host(Mutex<Vec<Arc<Question>>>);

    impl Observer for Host {
        fn wants_verbose(&self) -> bool {
            false
        }
        fn verbose(&self, _: String) {}
        fn warning(&self, _: String) {}
        fn progress(&self, _: Progress) {}
        fn ask_host(&self, question: &Arc<Question>) -> bool {
            self.0.lock().unwrap().push(question.clone());
            true
        }
    }

    fn answer() -> Result<Answer> {
        Ok(Answer {
            token: "t".to_owned().into(),
            lifetime: Duration::from_secs(60),
            account: None,
            tenant: None,
            subscription_id: None,
            endpoint: None,
            audience: None,
        })
    }

    async fn ask(az: &AzurePowerShell, host: &Arc<Host>) -> Result<Answer> {
        let observer: Arc<dyn Observer> = host.clone();
        let caller = Caller {
            http: &Http::new(Proxy::None),
            observer: &observer,
            retry: &RetryPolicy::default(),
        };
        az.ask(&caller, None).await
    }

    #[tokio::test]
    async fn whoever_waits_may_answer_and_one_does() {
        let az = AzurePowerShell::new(None);
        let (asking, waiting) = (Arc::new(Host::default()), Arc::new(Host::default()));
        let observer: Arc<dyn Observer> = waiting.clone();
        let answered = async {
            let helping = az.while_helping(&observer, pending::<()>());
            let take = async {
                while waiting.0.lock().unwrap().is_empty() {
                    tokio::task::yield_now().await;
                }
                let question = waiting.0.lock().unwrap()[0].clone();
                assert!(question.claim());
                assert!(!asking.0.lock().unwrap()[0].claim());
                question.give_up();
                assert!(asking.0.lock().unwrap()[0].claim());
                question.answer(answer());
            };
            select(pin!(helping), pin!(take)).await;
        };
        let (asked, ()) = tokio::join!(ask(&az, &asking), answered);
        assert_eq!(asked.unwrap().token.expose_secret(), "t");
    }

    #[tokio::test]
    async fn a_question_that_was_given_up_is_asked_again() {
        let az = AzurePowerShell::new(None);
        let host = Arc::new(Host::default());
        let answered = async {
            for times in 1..4 {
                while host.0.lock().unwrap().len() < times {
                    tokio::task::yield_now().await;
                }
                let question = host.0.lock().unwrap()[0].clone();
                assert!(question.claim());
                match times {
                    3 => question.answer(answer()),
                    _ => question.give_up(),
                }
            }
        };
        let (asked, ()) = tokio::join!(ask(&az, &host), answered);
        assert!(asked.is_ok());
        assert!(!host.0.lock().unwrap()[0].claim());
    }
}
