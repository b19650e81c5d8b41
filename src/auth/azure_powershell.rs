//! The sign-in of Azure PowerShell, which only the host can ask: it runs in the same PowerShell.

use std::sync::Arc;

use super::caller::Caller;
use super::token::AccessToken;
use crate::base::{Audience, ContextToken, HostAnswer, Observer, QuestionKind, Questions, Result};

/// Azure PowerShell, and the tenant to ask it for.
#[derive(Debug)]
pub struct AzurePowerShell {
    tenant: Option<String>,
    questions: Questions,
}

impl AzurePowerShell {
    /// Azure PowerShell as it is signed in to a tenant, or by itself.
    pub fn new(tenant: Option<String>) -> Self {
        Self {
            tenant,
            questions: Questions::default(),
        }
    }

    /// What it asks the host.
    pub(super) fn questions(&self) -> &Questions {
        &self.questions
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
        let answer = self.ask(caller.observer, Some(&audience.resource)).await?;
        Ok(AccessToken::issued(answer.token, answer.lifetime))
    }

    /// Asks it for a token, and for what it is signed in to.
    ///
    /// # Errors
    /// Those of [`token`](Self::token).
    pub(crate) async fn ask(
        &self,
        observer: &Arc<dyn Observer>,
        audience: Option<&str>,
    ) -> Result<ContextToken> {
        let kind = QuestionKind::Token {
            audience: audience.map(str::to_owned),
            tenant: self.tenant.clone(),
        };
        match self.questions.ask(observer, kind).await {
            Some(HostAnswer::Token(token)) => errors::checked(token),
            Some(HostAnswer::Failed(why)) => Err(errors::failed(&why)),
            Some(_) => Err(errors::missing()),
            None => Err(errors::no_host()),
        }
    }
}

/// Why Azure PowerShell gives no token.
pub(crate) mod errors {
    use std::time::Duration;

    use crate::auth::tool_error::{Commands, ToolError};
    use crate::base::{Category, ContextToken, Error, Result};

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
    pub(super) fn checked(token: ContextToken) -> Result<ContextToken> {
        match token.lifetime {
            Duration::ZERO => Err(error(
                NOT_SIGNED_IN,
                "The token from Azure PowerShell has expired",
            )
            .advise("Run Connect-AzAccount, then connect again.")),
            _ => Ok(token),
        }
    }

    pub(super) fn no_host() -> Error {
        error(
            UNAVAILABLE,
            "Azure PowerShell is available only within PowerShell",
        )
    }

    /// The error for a PowerShell without the module.
    pub(super) fn missing() -> Error {
        error(
            MISSING,
            "Azure PowerShell (the module Az.Accounts) is not installed",
        )
        .advise("Install it, or sign in another way.")
    }

    /// The error for what Azure PowerShell says.
    pub(crate) fn failed(text: &str) -> Error {
        let tool_error = ToolError::read(text, &COMMANDS);
        let reason = &tool_error.reason;
        let no_token = format!("Azure PowerShell returned no token: {reason}");
        if tool_error.is_entras {
            error(NOT_SIGNED_IN, &no_token)
        } else if !tool_error.commands.is_empty() {
            error(
                NOT_SIGNED_IN,
                &format!("Azure PowerShell is not signed in: {reason}"),
            )
        } else {
            return error("AzurePowerShellFailed", &no_token)
                .advise("Run Get-AzAccessToken for details.");
        }
        .advise(tool_error.advice("Azure PowerShell"))
    }

    fn error(code: &str, message: &str) -> Error {
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
