//! The sign-in of the Azure CLI, which is asked for tokens on the command line.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use tokio::process::Command;
use tokio::time::timeout;

use super::{AccessToken, Audience};
use crate::arm::{Category, Error, Result};

/// The Azure CLI, and the tenant to ask it for.
#[derive(Debug, Default)]
pub struct AzureCli {
    tenant: Option<String>,
    subscription: Option<String>,
    variables: Option<BTreeMap<String, String>>,
}

/// `az` takes up to 20 seconds to start on a cold Windows machine.
const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    /// Seconds since 1970; the older `expiresOn` is local time without a zone.
    #[serde(rename = "expires_on")]
    expires_on: Option<u64>,
    /// The subscription that the CLI works in.
    subscription: Option<String>,
}

impl Answer {
    fn into_token(self) -> AccessToken {
        let lifetime = self.expires_on.map_or(Duration::from_secs(60), |at| {
            Duration::from_secs(at).saturating_sub(now())
        });
        AccessToken::issued(self.access_token.into(), lifetime)
    }
}

impl AzureCli {
    /// The CLI as it is signed in to a tenant, or to that of a subscription, or by itself. It is
    /// looked for, and run, with the environment that is given.
    pub fn new(
        tenant: Option<String>,
        subscription: Option<String>,
        variables: Option<BTreeMap<String, String>>,
    ) -> Self {
        Self {
            tenant,
            subscription,
            variables,
        }
    }

    /// Asks the CLI for a first token for `audience`, and with it for the subscription that it
    /// works in.
    ///
    /// # Errors
    /// Those of [`token`](Self::token).
    pub(super) async fn sign_in(
        &self,
        audience: &Audience,
    ) -> Result<(AccessToken, Option<String>)> {
        let mut answer = self.run(audience).await?;
        let subscription = answer.subscription.take();
        Ok((answer.into_token(), subscription))
    }

    /// Asks the CLI for a token for `audience`.
    ///
    /// # Errors
    /// `AzureCliMissing`, `AzureCliNotSignedIn`, `AzureCliFailed`, `AzureCliTimeout`.
    pub(super) async fn token(&self, audience: &Audience) -> Result<AccessToken> {
        Ok(self.run(audience).await?.into_token())
    }

    async fn run(&self, audience: &Audience) -> Result<Answer> {
        let mut command = self.command(audience)?;
        let output = match timeout(PATIENCE, command.output()).await {
            Err(_) => {
                return Err(failure(
                    Category::OperationTimeout,
                    "AzureCliTimeout",
                    "The Azure CLI (az) did not answer in 90 seconds",
                ));
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => return Err(missing()),
            Ok(Err(error)) => return Err(failed(&error.to_string())),
            Ok(Ok(output)) => output,
        };
        let complaint = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(refused(&complaint));
        }
        // Warnings go to stderr, but older versions and extensions print before the JSON.
        let text = String::from_utf8_lossy(&output.stdout);
        let json = text.find('{').map_or("", |start| &text[start..]);
        serde_json::Deserializer::from_str(json)
            .into_iter()
            .next()
            .and_then(std::result::Result::ok)
            .ok_or_else(|| failed("its answer holds no token"))
    }

    fn command(&self, audience: &Audience) -> Result<Command> {
        // On Windows az is a batch file, which only the shell finds; the shell would also expand
        // what is special to it, so nothing special may come in.
        let mut command = if cfg!(windows) {
            let mut shell = Command::new("cmd");
            shell.args(["/d", "/c", "az"]);
            shell
        } else {
            Command::new("az")
        };
        command.args(["account", "get-access-token", "--output", "json", "--scope"]);
        command.arg(format!(
            "{}/.default",
            plain("Endpoint", &audience.resource)?
        ));
        if let Some(tenant) = &self.tenant {
            command.args(["--tenant", plain("Tenant", tenant)?]);
        } else if let Some(subscription) = &self.subscription {
            command.args(["--subscription", plain("SubscriptionId", subscription)?]);
        }
        if let Some(variables) = &self.variables {
            command.env_clear().envs(variables);
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        Ok(command)
    }
}

/// Text that no shell reads as anything but itself.
fn plain<'a>(parameter: &str, text: &'a str) -> Result<&'a str> {
    let is_plain = !text.starts_with('-')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._:/".contains(c));
    if is_plain && !text.is_empty() {
        return Ok(text);
    }
    Err(Error::invalid(
        "InvalidParameter",
        parameter,
        text,
        "letters, digits, '-', '.', '_', ':' and '/' can be passed on to the Azure CLI.",
    ))
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

fn missing() -> Error {
    failure(
        Category::AuthenticationError,
        "AzureCliMissing",
        "The Azure CLI (az) is not on the PATH",
    )
    .advise("Install it, or sign in another way.")
}

fn refused(complaint: &str) -> Error {
    let says = last_line(complaint);
    let signed_out = complaint.contains("az login") || complaint.contains("AADSTS");
    if !signed_out && (complaint.contains("not recognized") || complaint.contains("not found")) {
        return missing();
    }
    match signed_out {
        true => failure(
            Category::AuthenticationError,
            "AzureCliNotSignedIn",
            &format!("The Azure CLI is not signed in: {says}"),
        )
        .advise("Run az login, then connect again."),
        false => failed(&says),
    }
}

fn failed(why: &str) -> Error {
    failure(
        Category::AuthenticationError,
        "AzureCliFailed",
        &format!("The Azure CLI gave no token: {why}"),
    )
    .advise("Run az account get-access-token to see more.")
}

fn failure(category: Category, code: &str, message: &str) -> Error {
    Error::new(category, code, "az", message)
}

fn last_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or("it said nothing")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Service;

    #[test]
    fn what_the_cli_says_is_told_apart() {
        let cases = [
            (
                "ERROR: Please run 'az login' to setup account.",
                "AzureCliNotSignedIn",
            ),
            (
                "ERROR: AADSTS70043: The refresh token has expired",
                "AzureCliNotSignedIn",
            ),
            (
                "'az' is not recognized as an internal or external command",
                "AzureCliMissing",
            ),
            ("ERROR: The disk is full", "AzureCliFailed"),
            ("", "AzureCliFailed"),
        ];
        for (complaint, code) in cases {
            assert_eq!(refused(complaint).code(), code, "{complaint}");
        }
    }

    #[test]
    fn nothing_special_reaches_a_shell() {
        let audience = Audience {
            service: Service::ResourceManager,
            resource: "https://management.azure.com".to_owned(),
        };
        for bad in ["a&b", "a b", "%PATH%", "--debug", "a\"b", "", "a|b", "a^b"] {
            let cli = AzureCli::new(Some(bad.to_owned()), None, None);
            let error = cli.command(&audience).unwrap_err();
            assert_eq!(error.code(), "InvalidParameter", "{bad}");
        }
    }
}
