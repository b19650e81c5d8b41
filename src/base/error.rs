//! One error type for all: Azure's code, what happened, to what, and what to do next.

use std::fmt;

use super::arm_error::ArmError;
use super::category::Category;
use super::codes::{Retry, known};
use super::redaction::without_secrets;
use super::resource_label::ResourceLabel;
use super::text::{abbreviate, capitalized, is_command, one_line, plain, with_full_stop};

/// The result of anything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something failed. Small to pass around: the details are on the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    category: Category,
    code: String,
    message: String,
    target: String,
    recommendation: String,
    /// "PUT /subscriptions/…": what was asked when it failed.
    request: String,
    status: Option<u16>,
    request_id: String,
    correlation_id: String,
    /// What the service answered, as it wrote it, without secrets.
    raw: String,
    /// Whether Azure may have carried out the request that failed.
    perhaps_done: bool,
    /// Whether another client was changing the resource.
    race: bool,
}

/// An answer that is no success.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// The host that was asked.
    pub(crate) host: &'a str,
    /// What the header `Server` says.
    pub(crate) server: &'a str,
    /// Whether it carries the ids that Azure gives each request.
    pub(crate) is_identified: bool,
    pub(crate) body: &'a [u8],
}

/// As much of an answer as is kept, in characters.
const RAW: usize = 16_000;

impl Error {
    /// An error of the module's own, about `target`.
    pub fn new(category: Category, code: &str, target: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            category,
            code: code.to_owned(),
            message: message.into(),
            target: target.to_owned(),
            recommendation: String::new(),
            request: String::new(),
            status: None,
            request_id: String::new(),
            correlation_id: String::new(),
            raw: String::new(),
            perhaps_done: false,
            race: false,
        }))
    }

    /// Input that breaks a rule: names the parameter, the value and the rule.
    pub fn invalid(code: &str, parameter: &str, value: &str, rule: &str) -> Self {
        let value = abbreviate(value);
        let message = format!("-{parameter} '{value}' is not valid: {rule}");
        Self::new(Category::InvalidArgument, code, parameter, message)
    }

    /// Input that is needed and was not given.
    pub fn missing(parameter: &str, rule: &str) -> Self {
        let message = format!("-{parameter} is missing: {rule}");
        Self::new(
            Category::InvalidArgument,
            "MissingParameter",
            parameter,
            message,
        )
    }

    /// What a service answered instead of a success.
    pub(crate) fn from_answer(target: &str, answer: &Answer<'_>) -> Self {
        let error = match ArmError::read(answer.body) {
            Some(error) => Self::from_arm(target, Some(answer.status), &error),
            None => foreign(target, answer),
        };
        error.with_status(answer.status).with_raw(answer.body)
    }

    /// An error that a service told in the body of an answer: of a refusal, or of the status of an
    /// operation that has failed.
    pub(crate) fn from_arm(target: &str, status: Option<u16>, error: &ArmError) -> Self {
        let code = match (error.code.as_str(), status) {
            ("", Some(status)) => format!("HttpStatus{status}"),
            ("", None) => "OperationFailed".to_owned(),
            (code, _) => code.to_owned(),
        };
        let all = error.all();
        let known_code = all.iter().find_map(|one| known(&one.code));
        // "OperationNotAllowed" and the like are of many kinds: with 429 it is one alone.
        let category = match (status, known_code) {
            (Some(429), _) => Category::LimitsExceeded,
            (_, Some(known)) => known.category,
            (status, None) => category(status),
        };
        let message = without_secrets(&about(target, &code, &error.summary()));
        let mut told = Self::new(category, &code, target, message);
        told.0.race = all
            .iter()
            .any(|one| known(&one.code).is_some_and(|known| known.retry == Retry::Race));
        told.0.recommendation = known_code.map_or("", |known| known.advice).to_owned();
        told
    }

    /// What an ARM error in a body says, whatever surrounds it.
    pub fn from_body(target: &str, status: u16, body: &[u8]) -> Self {
        let answer = Answer {
            status,
            host: "",
            server: "",
            is_identified: true,
            body,
        };
        Self::from_answer(target, &answer)
    }

    /// Adds the HTTP status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds what to do next, a full sentence.
    pub fn advise(mut self, recommendation: impl Into<String>) -> Self {
        self.0.recommendation = recommendation.into();
        self
    }

    /// Adds the answer as the service wrote it.
    pub(crate) fn with_raw(mut self, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&body[..body.len().min(4 * RAW)]);
        let kept = text
            .char_indices()
            .nth(RAW)
            .map_or(text.len(), |(end, _)| end);
        self.0.raw = without_secrets(&text[..kept]);
        self
    }

    /// Says that Azure may have carried out what failed.
    pub(crate) fn perhaps_done(mut self) -> Self {
        self.0.perhaps_done = true;
        self
    }

    /// The same, where that is so.
    pub(crate) fn perhaps_done_if(self, is_so: bool) -> Self {
        match is_so {
            true => self.perhaps_done(),
            false => self,
        }
    }

    /// Adds what was asked, and Azure's ids of it.
    pub(crate) fn during(
        mut self,
        request: String,
        request_id: &str,
        correlation_id: &str,
    ) -> Self {
        self.0.request = request;
        self.0.request_id = request_id.to_owned();
        self.0.correlation_id = correlation_id.to_owned();
        self
    }

    /// Puts words before the message, such as what was being tried.
    pub fn context(mut self, words: &str) -> Self {
        self.0.message = format!("{words}: {}", self.0.message);
        self
    }

    /// The same error under another code.
    pub fn recoded(mut self, code: &str) -> Self {
        self.0.code = code.to_owned();
        self
    }

    /// The same error in other words.
    pub fn reworded(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// The same error without control characters in its texts, for a console and a log. The raw
    /// answer keeps its line breaks and tabs.
    pub(crate) fn plain(mut self) -> Self {
        let details = &mut *self.0;
        for text in [
            &mut details.code,
            &mut details.message,
            &mut details.target,
            &mut details.recommendation,
            &mut details.request,
            &mut details.request_id,
            &mut details.correlation_id,
        ] {
            *text = plain(std::mem::take(text));
        }
        // A recommendation may have a claims challenge in it, which looks like a token.
        for text in [
            &mut details.code,
            &mut details.message,
            &mut details.request_id,
            &mut details.correlation_id,
        ] {
            *text = without_secrets(text);
        }
        details.raw = details
            .raw
            .replace(|c: char| is_command(c) && !matches!(c, '\n' | '\t'), " ");
        self
    }

    /// What happened, without advice.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The kind of error.
    pub fn category(&self) -> Category {
        self.0.category
    }

    /// Azure's code, or the module's own where Azure had none.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The resource or the parameter that it is about.
    pub fn target(&self) -> &str {
        &self.0.target
    }

    /// What to do next; empty when there is nothing to say.
    pub fn recommendation(&self) -> &str {
        &self.0.recommendation
    }

    /// The HTTP status, when an answer was the cause.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Azure's id of the request.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// Azure's id of the whole operation.
    pub fn correlation_id(&self) -> &str {
        &self.0.correlation_id
    }

    /// Method and path of the request that failed; empty when none was sent.
    pub fn request(&self) -> &str {
        &self.0.request
    }

    /// The answer as the service wrote it, without secrets; empty when there was none.
    pub fn raw(&self) -> &str {
        &self.0.raw
    }

    /// Whether another client was changing the resource: to read it again and to apply the change
    /// to what is there may succeed. 412 says so, and the codes that mean it; no other 409.
    pub fn is_race(&self) -> bool {
        self.0.race || self.0.status == Some(412)
    }

    /// Whether Azure may have carried out the request that failed.
    pub fn may_be_done(&self) -> bool {
        self.0.perhaps_done
    }
}

/// What happened, whether it may have been carried out, and what to do.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            message,
            recommendation,
            perhaps_done,
            ..
        } = &*self.0;
        f.write_str(&with_full_stop(message))?;
        if *perhaps_done {
            f.write_str(
                " Azure may have completed the request: check the resource before you \
                 retry.",
            )?;
        }
        if !recommendation.is_empty() {
            write!(f, " {recommendation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The category of an answer whose code is not known.
fn category(status: Option<u16>) -> Category {
    match status {
        None => Category::InvalidOperation,
        Some(401) => Category::AuthenticationError,
        Some(403) => Category::PermissionDenied,
        Some(404 | 410) => Category::ObjectNotFound,
        Some(408 | 504) => Category::OperationTimeout,
        Some(412 | 423) => Category::ResourceBusy,
        Some(429) => Category::LimitsExceeded,
        Some(400..=499) => Category::InvalidOperation,
        Some(500..=599) => Category::InvalidResult,
        Some(_) => Category::NotSpecified,
    }
}

/// Azure's sentence, which names the resource first: what is not there in words that fit, and the
/// rest with the resource before it, unless it is named already.
fn about(target: &str, code: &str, told: &str) -> String {
    let Some(resource) = ResourceLabel::read(target) else {
        return told.to_owned();
    };
    match code {
        "ResourceNotFound" if told.contains(resource.name) => {
            return format!("There is no {resource}");
        }
        "ResourceGroupNotFound" => {
            if let Some(group) = resource.group.filter(|group| told.contains(*group)) {
                return format!(
                    "There is no resource group '{group}' in subscription {}",
                    resource.subscription.unwrap_or_default()
                );
            }
        }
        _ => {}
    }
    let told = by_name(told, target, resource.name);
    match told.to_lowercase().contains(&resource.name.to_lowercase()) {
        true => told,
        false => format!("{}: {told}", capitalized(&resource.short())),
    }
}

/// The text with a name in place of the quoted id that it stands for, in any casing.
fn by_name(text: &str, id: &str, name: &str) -> String {
    // Of ASCII letters alone, so that positions stay what they are.
    let (lower, quoted) = (
        text.to_ascii_lowercase(),
        format!("'{id}'").to_ascii_lowercase(),
    );
    let mut short = String::new();
    let mut from = 0;
    for (at, found) in lower.match_indices(&quoted) {
        short.push_str(&text[from..at]);
        short.push_str(&format!("'{name}'"));
        from = at + found.len();
    }
    short.push_str(&text[from..]);
    short
}

/// An answer without an error in it: a page, or nothing. What does not carry Azure's ids comes from
/// something between.
fn foreign(target: &str, answer: &Answer<'_>) -> Error {
    let Answer {
        status,
        host,
        server,
        is_identified,
        body,
    } = answer;
    let code = format!("HttpStatus{status}");
    if *is_identified {
        let message = format!(
            "Azure returned HTTP {status} without an error code{}",
            excerpt(body)
        );
        return Error::new(category(Some(*status)), &code, target, message);
    }
    let server = match *server {
        "" => String::new(),
        server => format!(" (server: {})", abbreviate(&one_line(server))),
    };
    let message = format!(
        "HTTP {status} came from something between this machine and {host}, not from \
         Azure{server}{}",
        excerpt(body)
    );
    let category = match status {
        408 | 504 => Category::OperationTimeout,
        429 => Category::LimitsExceeded,
        _ => Category::ConnectionError,
    };
    Error::new(category, &code, target, message)
        .advise("Check -Endpoint, and the proxy, firewall or gateway in between.")
}

/// The title of a page, or the first characters of a text.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|start| {
        let start = start + "<title>".len();
        let end = lower[start..].find("</title>")? + start;
        Some(one_line(&text[start..end]))
    });
    match title.filter(|title| !title.is_empty()) {
        Some(title) => format!(": a page with the title '{}'", abbreviate(&title)),
        None => match one_line(&text) {
            text if text.is_empty() => String::new(),
            text => format!(": {}", abbreviate(&without_secrets(&text))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.Compute/\
                      virtualMachines/vm1";

    fn arm(status: u16, code: &str, message: &str) -> Error {
        let body = serde_json::json!({"error": {"code": code, "message": message}});
        Error::from_body(VM, status, body.to_string().as_bytes())
    }

    #[test]
    fn nested_details_are_told_once() {
        let body = br#"{"error":{"code":"DeploymentFailed","message":"It failed.","details":[
            {"code":"A","message":"It failed."},{"code":"B","message":"The disk is full."}]}}"#;
        let error = Error::from_body("vm1", 409, body);
        assert_eq!(error.code(), "DeploymentFailed");
        assert_eq!(error.to_string(), "It failed. The disk is full.");
    }

    #[test]
    fn a_message_leads_with_the_resource() {
        let missing = "The Resource 'Microsoft.Compute/virtualMachines/vm1' under resource group \
                       'rg1' was not found. For more details please go to https://aka.ms/x";
        assert_eq!(
            arm(404, "ResourceNotFound", missing).message(),
            "There is no virtual machine 'vm1' in resource group 'rg1'"
        );
        assert_eq!(
            arm(
                404,
                "ResourceGroupNotFound",
                "Resource group 'rg1' could not be found."
            )
            .message(),
            "There is no resource group 'rg1' in subscription s"
        );
        // Another resource than the one that was asked for stays as Azure names it.
        let other = "The Resource 'Microsoft.Compute/disks/d1' was not found.";
        assert_eq!(
            arm(404, "ResourceNotFound", other).message(),
            format!("Virtual machine 'vm1': {other}")
        );
        assert_eq!(arm(400, "A", "Change vm1.").message(), "Change vm1.");
        let locked = format!(
            "The scope '{}' is locked: '/subscriptions/s'.",
            VM.to_uppercase()
        );
        assert_eq!(
            arm(409, "ScopeLocked", &locked).message(),
            "The scope 'vm1' is locked: '/subscriptions/s'."
        );
    }

    #[test]
    fn advice_is_for_known_codes_alone() {
        let lock = arm(409, "ScopeLocked", "The scope 'vm1' is locked.");
        assert_eq!(lock.category(), Category::PermissionDenied);
        assert!(lock.recommendation().contains("lock") && !lock.is_race());
        for status in [400, 401, 403, 404, 409, 412, 423, 429, 500, 503] {
            assert_eq!(
                arm(status, "Unheard", "No.").recommendation(),
                "",
                "{status}"
            );
        }
        assert_eq!(
            arm(403, "Unheard", "No.").category(),
            Category::PermissionDenied
        );
        assert_eq!(
            arm(409, "Unheard", "No.").category(),
            Category::InvalidOperation
        );
    }

    #[test]
    fn a_race_is_known_by_its_code() {
        assert!(arm(412, "Unheard", "x").is_race());
        assert!(arm(409, "Conflict", "x").is_race());
        assert!(!arm(409, "PropertyChangeNotAllowed", "x").is_race());
        let canceled = br#"{"error":{"code":"Canceled","message":"x","details":[
            {"code":"CanceledAndSupersededDueToAnotherOperation","message":"y"}]}}"#;
        assert!(Error::from_body("x", 409, canceled).is_race());
    }

    #[test]
    fn what_is_not_azures_is_said_to_be_from_between() {
        let answer = |is_identified, body| Answer {
            status: 403,
            host: "management.azure.com",
            server: "squid/5.7",
            is_identified,
            body,
        };
        let page = b"<html><head><title>Access\n denied</title></head></html>";
        let error = Error::from_answer(VM, &answer(false, &page[..]));
        assert_eq!(error.code(), "HttpStatus403");
        assert_eq!(error.category(), Category::ConnectionError);
        for part in [
            "management.azure.com",
            "squid/5.7",
            "'Access denied'",
            "proxy",
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
        let error = Error::from_answer(VM, &answer(true, b"nothing"));
        assert_eq!(error.category(), Category::PermissionDenied);
        assert_eq!(
            error.message(),
            "Azure returned HTTP 403 without an error code: nothing"
        );
    }

    #[test]
    fn a_token_that_is_reflected_is_not_told() {
        let token = format!("Bearer {}", "t0k".repeat(20));
        let error = arm(403, "Refused", &format!("You sent {token}."));
        assert!(!error.to_string().contains("t0kt0k") && !error.raw().contains("t0kt0k"));
        assert!(error.raw().contains("Refused"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_answered_becomes_an_error(body: Vec<u8>, status in 100_u16..1000) {
            let error = Error::from_body("x", status, &body);
            assert!(!error.to_string().is_empty() && !error.code().is_empty());
            assert_eq!(error.status(), Some(status));
        }
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let error = Error::invalid("InvalidName", "Name", &"é".repeat(500), "too long");
        assert!(error.to_string().chars().count() < 200);
    }
}
