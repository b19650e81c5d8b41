//! The faults that have a name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Method;
use serde_json::{Value, json};

use super::interference::{Delivery, Ending, Interference};
use super::rewrite;
use crate::base::http::{Reply, Request};
use crate::model::error::ErrorBody;

/// A fault that has a name.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: &'static str,
    /// What happens, in a sentence.
    pub(crate) summary: &'static str,
    on: On,
    interference: fn() -> Interference,
}

/// The requests that a named fault is for.
#[derive(Debug, Clone, Copy)]
enum On {
    /// All to Resource Manager and Microsoft Graph.
    Service,
    /// Those of them that read a list.
    List,
    /// Those of them that change something.
    Write,
    /// Those of them that ask how an operation stands.
    Operation,
    /// Those for a token.
    SignIn,
}

impl Named {
    /// The fault of this name, in any casing.
    pub(crate) fn find(name: &str) -> Option<&'static Named> {
        ALL.iter().find(|one| one.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn is_for(&self, request: &Request) -> bool {
        match self.on {
            On::Service => is_service(request),
            On::List => is_service(request) && is_list(request),
            On::Write => is_write(request),
            On::Operation => is_service(request) && is_operation(request),
            On::SignIn => request.path.to_lowercase().ends_with("/token"),
        }
    }

    pub(crate) fn interference(&self) -> Interference {
        (self.interference)()
    }
}

/// Resource Manager's paths, and those of Microsoft Graph.
fn is_service(request: &Request) -> bool {
    let first = request.segments.first().map(|first| first.to_lowercase());
    let roots = ["subscriptions", "providers", "tenants", "v1.0", "beta"];
    first.is_some_and(|first| roots.contains(&first.as_str()))
}

/// The last segments of actions that read.
const READING_ACTIONS: [&str; 4] = ["resources", "listassociatedresources", "whatif", "getbyids"];

fn last_segment(request: &Request) -> String {
    let last = request.segments.last();
    last.map(|last| last.to_lowercase()).unwrap_or_default()
}

fn is_list(request: &Request) -> bool {
    let after_providers = request
        .segments
        .iter()
        .rposition(|segment| segment.eq_ignore_ascii_case("providers"))
        .map(|at| request.segments.len() - at - 1);
    match request.method {
        // A namespace, then pairs of a type and a name.
        Method::GET => match after_providers {
            Some(count) => count % 2 == 0,
            None => request.segments.len() % 2 == 1,
        },
        Method::POST => READING_ACTIONS[..2].contains(&last_segment(request).as_str()),
        _ => false,
    }
}

/// Whether a request to Resource Manager or Microsoft Graph changes something.
pub(super) fn is_write(request: &Request) -> bool {
    let reads = match request.method {
        Method::GET | Method::HEAD => true,
        Method::POST => READING_ACTIONS.contains(&last_segment(request).as_str()),
        _ => false,
    };
    is_service(request) && !reads
}

fn is_operation(request: &Request) -> bool {
    let kinds = ["operations", "operationstatuses", "operationresults"];
    request.method == Method::GET
        && request
            .segments
            .iter()
            .any(|segment| kinds.contains(&segment.to_lowercase().as_str()))
}

const fn named(
    name: &'static str,
    on: On,
    summary: &'static str,
    interference: fn() -> Interference,
) -> Named {
    Named {
        name,
        summary,
        on,
        interference,
    }
}

fn error(status: u16, code: &str) -> Reply {
    let body = ErrorBody::new(code, "An injected fault.");
    Reply::json(status, &json!({ "error": body }))
}

fn refused(status: u16, code: &str) -> Interference {
    Interference::answer(error(status, code))
}

/// 429 that says when to come back.
fn throttled(wait: &str) -> Interference {
    Interference::answer(error(429, "TooManyRequests").header("Retry-After", wait))
}

fn html(status: u16) -> Interference {
    let page = "<!DOCTYPE html><html><head><title>Proxy</title></head><body>Sign in</body></html>";
    Interference::stranger(Reply::raw(status, "text/html; charset=utf-8", page))
}

fn redirect(status: u16, to: &str) -> Interference {
    Interference::answer(Reply::empty(status).header("Location", to))
}

/// How an operation stands.
fn operation(status: &str, error: Option<ErrorBody>) -> Interference {
    let mut body = json!({ "status": status });
    if let Some(error) = error {
        body["error"] = json!(error);
    }
    Interference::answer(Reply::json(200, &body))
}

fn unauthorized(challenge: Option<String>) -> Interference {
    let reply = error(401, "ExpiredAuthenticationToken");
    Interference::answer(match challenge {
        Some(challenge) => reply.header("WWW-Authenticate", challenge),
        None => reply,
    })
}

fn claims_challenge() -> String {
    let demanded: Value = json!({"access_token": {"nbf": {"essential": true, "value": "0"}}});
    format!(
        "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{}\"",
        STANDARD.encode(demanded.to_string())
    )
}

fn sign_in_error(status: u16, code: &str) -> Reply {
    let body = json!({ "error": code, "error_description": "An injected fault." });
    Reply::json(status, &body)
}

/// The faults, in the order of the documentation.
#[rustfmt::skip]
pub(crate) static ALL: &[Named] = &[
    // Connections.
    named("ConnectionRefused", On::Service,
        "All connections are closed, and no other is accepted for a second.",
        || Interference::no_answer(Delivery::Refused(1_000))),
    named("ConnectionClosed", On::Service,
        "The connection is closed before the request is carried out.",
        || Interference::no_answer(Delivery::Closed)),
    named("ConnectionReset", On::Service,
        "The connection is reset before the request is carried out.",
        || Interference::no_answer(Delivery::Reset)),
    named("ConnectionResetAfterEffect", On::Service,
        "The request is carried out, and the connection is reset without an answer.",
        || Interference::deliver(Delivery::Reset)),
    named("ConnectionResetInBody", On::Service,
        "The request is carried out, and the connection is reset in the middle of the body.",
        || Interference::deliver(Delivery::Half(Ending::Reset))),
    named("ConnectionClosedInBody", On::Service,
        "The request is carried out, and the connection is closed in the middle of the body.",
        || Interference::deliver(Delivery::Half(Ending::Closed))),
    named("NotHttp", On::Service,
        "The answer is not HTTP, and the request is not carried out.",
        || Interference::no_answer(Delivery::Garbage)),
    // Time.
    named("SlowAnswer", On::Service,
        "The request is carried out, and the answer comes five seconds late.",
        || Interference::deliver(Delivery::Late(5_000))),
    named("SlowBody", On::Service,
        "The request is carried out, and the body comes with a byte in two seconds.",
        || Interference::deliver(Delivery::Slow(2_000))),
    named("Silent", On::Service,
        "The request is not carried out, and there is never an answer.",
        || Interference::no_answer(Delivery::Silent)),
    named("SilentAfterEffect", On::Service,
        "The request is carried out, and there is never an answer.",
        || Interference::deliver(Delivery::Silent)),
    named("SilentInBody", On::Service,
        "The request is carried out, and nothing comes after half of the body.",
        || Interference::deliver(Delivery::Half(Ending::Silent))),
    // Throttling.
    named("RequestTimeout", On::Service, "408.", || refused(408, "RequestTimeout")),
    named("Throttled", On::Service, "429 with Retry-After: 1.", || throttled("1")),
    named("ThrottledWithoutWait", On::Service, "429 without Retry-After.",
        || refused(429, "TooManyRequests")),
    named("ThrottledWithZeroWait", On::Service, "429 with Retry-After: 0.", || throttled("0")),
    named("ThrottledWithDate", On::Service, "429 with a date in Retry-After.",
        || throttled("Fri, 31 Dec 1999 23:59:59 GMT")),
    named("ThrottledWithNonsense", On::Service, "429 with Retry-After: soon.",
        || throttled("soon")),
    named("ThrottledForADay", On::Service, "429 with Retry-After: 86400.",
        || throttled("86400")),
    named("ThrottledBySubscription", On::Service,
        "429 as Resource Manager sends it, with no request left in the subscription.",
        || Interference::answer(error(429, "SubscriptionRequestsThrottled")
            .header("Retry-After", "1")
            .header("x-ms-ratelimit-remaining-subscription-reads", "0")
            .header("x-ms-ratelimit-remaining-subscription-writes", "0"))),
    named("ThrottledByQuota", On::Service,
        "429 as Resource Graph sends it, with the time when the quota is renewed.",
        || Interference::answer(error(429, "RateLimiting")
            .header("x-ms-user-quota-remaining", "0")
            .header("x-ms-user-quota-resets-after", "00:00:01"))),
    // Servers at fault.
    named("InternalServerError", On::Service, "500.", || refused(500, "InternalServerError")),
    named("BadGateway", On::Service, "502.", || refused(502, "BadGateway")),
    named("ServiceUnavailable", On::Service, "503.", || refused(503, "ServiceUnavailable")),
    named("ServiceUnavailableWithWait", On::Service, "503 with Retry-After: 1.",
        || Interference::answer(error(503, "ServiceUnavailable").header("Retry-After", "1"))),
    named("GatewayTimeout", On::Service, "504.", || refused(504, "GatewayTimeout")),
    named("NotImplemented", On::Service, "501.", || refused(501, "NotImplemented")),
    named("InternalServerErrorAfterEffect", On::Service,
        "The request is carried out, and the answer is 500.",
        || refused(500, "InternalServerError").after_effect()),
    named("GatewayTimeoutAfterEffect", On::Service,
        "The request is carried out, and the answer is 504.",
        || refused(504, "GatewayTimeout").after_effect()),
    // Refusals.
    named("BadRequest", On::Service, "400.", || refused(400, "BadRequest")),
    named("Unauthorized", On::Service, "401 without a challenge.", || unauthorized(None)),
    named("UnauthorizedWithChallenge", On::Service, "401 with a challenge that asks for no claims.",
        || unauthorized(Some("Bearer error=\"invalid_token\"".to_owned()))),
    named("UnauthorizedWithClaims", On::Service, "401 with a challenge that asks for claims.",
        || unauthorized(Some(claims_challenge()))),
    named("Forbidden", On::Service, "403.", || refused(403, "AuthorizationFailed")),
    named("ForbiddenWithToken", On::Service,
        "403 that repeats the token and the body of the request.",
        || Interference { carried_out: false, ..Interference::rewrite(rewrite::reflected) }),
    named("NotFound", On::Service, "404.", || refused(404, "ResourceNotFound")),
    named("Conflict", On::Service, "409.", || refused(409, "Conflict")),
    named("PreconditionFailed", On::Service, "412.", || refused(412, "PreconditionFailed")),
    // Bodies.
    named("EmptyBody", On::Service, "The body is empty.",
        || Interference::rewrite(rewrite::empty)),
    named("EmptyObject", On::Service, "The body is {}.",
        || Interference::rewrite(rewrite::empty_object)),
    named("NullBody", On::Service, "The body is null.", || Interference::rewrite(rewrite::null)),
    named("NullMembers", On::Service, "Every value in the body is null.",
        || Interference::rewrite(rewrite::nulls)),
    named("WrongShape", On::Service, "The body is in an array.",
        || Interference::rewrite(rewrite::wrong_shape)),
    named("WrongTypes", On::Service,
        "Every text in the body is a number, and every other value is a text.",
        || Interference::rewrite(rewrite::wrong_types)),
    named("TruncatedJson", On::Service, "The body ends in the middle of the JSON.",
        || Interference::rewrite(rewrite::truncated)),
    named("DeepJson", On::Service, "The body is JSON with 100,000 levels.",
        || Interference::rewrite(rewrite::deep)),
    named("HugeBody", On::Service, "The body is longer than 64 MiB.",
        || Interference::rewrite(rewrite::huge)),
    named("EndlessBody", On::Service, "The body is white space without an end.",
        || Interference::deliver(Delivery::Endless)),
    named("NotUtf8", On::Service, "The body has bytes that are not UTF-8.",
        || Interference::rewrite(rewrite::not_utf8)),
    named("ByteOrderMark", On::Service, "The body begins with a byte order mark.",
        || Interference::rewrite(rewrite::byte_order_mark)),
    named("ControlCharacters", On::Service,
        "Every text in the body has control characters at its end.",
        || Interference::rewrite(rewrite::control_characters)),
    named("HtmlPage", On::Service, "200 with an HTML page, from something in between.",
        || html(200)),
    named("HtmlError", On::Service, "502 with an HTML page, from something in between.",
        || html(502)),
    // Redirects.
    named("Redirect", On::Service, "302 to another path of the same host.",
        || redirect(302, "/subscriptions?api-version=2022-09-01")),
    named("RedirectElsewhere", On::Service, "307 to another host.",
        || redirect(307, "https://management.azure.example/")),
    // Lists.
    named("LinkToItself", On::List, "The next page of a list is the same page.",
        || Interference::rewrite(rewrite::link_to_itself)),
    named("LinkToAndFro", On::List, "The next pages of a list are two in turn.",
        || Interference::rewrite(rewrite::link_to_and_fro)),
    named("LinkWithoutEnd", On::List, "After each page of a list there is another.",
        || Interference::rewrite(rewrite::link_without_end)),
    named("LinkElsewhere", On::List, "The next page of a list is on another host.",
        || Interference::rewrite(rewrite::link_elsewhere)),
    named("LinkWithUser", On::List, "The next link of a list has a user name and a password.",
        || Interference::rewrite(rewrite::link_with_user)),
    named("LinkIsNone", On::List, "The next link of a list is not a URL.",
        || Interference::rewrite(rewrite::link_that_is_none)),
    // Operations.
    named("OperationFails", On::Operation,
        "The status of an operation is Failed, whatever has become of it.",
        || operation("Failed", Some(ErrorBody::new("InternalOperationError", "An injected fault.")))),
    named("OperationCanceled", On::Operation,
        "The status of an operation is Canceled, whatever has become of it.",
        || operation("Canceled", None)),
    named("OperationNeverEnds", On::Operation,
        "The status of an operation is InProgress, whatever has become of it.",
        || operation("InProgress", None)),
    named("OperationUnknownStatus", On::Operation, "The status of an operation is a word of no meaning.",
        || operation("Frobnicating", None)),
    named("OperationWithZeroWait", On::Operation,
        "The status of an operation is InProgress, with Retry-After: 0.",
        || Interference::answer(Reply::json(200, &json!({ "status": "InProgress" }))
            .header("Retry-After", "0"))),
    named("OperationVanishes", On::Operation, "404 for the status of an operation.",
        || refused(404, "ResourceNotFound")),
    named("OperationUnavailable", On::Operation, "500 for the status of an operation.",
        || refused(500, "InternalServerError")),
    named("OperationElsewhere", On::Write, "The address of an operation is on another host.",
        || Interference::rewrite(rewrite::operation_elsewhere)),
    named("OperationWithoutAddress", On::Write, "The answer of a write names no operation.",
        || Interference::rewrite(rewrite::operation_without_address)),
    // ETags.
    named("NoETag", On::Service, "No answer has an ETag.",
        || Interference::rewrite(rewrite::no_etag)),
    named("WeakETag", On::Service, "The ETags are weak.",
        || Interference::rewrite(rewrite::weak_etag)),
    named("ETagWithLineBreak", On::Service, "The ETag in the body has a line break.",
        || Interference::rewrite(rewrite::etag_with_line_break)),
    // Sign-in.
    named("SignInUnavailable", On::SignIn, "503 for a token.",
        || Interference::answer(sign_in_error(503, "temporarily_unavailable"))),
    named("SignInThrottled", On::SignIn, "429 with Retry-After: 1 for a token.",
        || Interference::answer(sign_in_error(429, "throttled").header("Retry-After", "1"))),
    named("SignInRefused", On::SignIn, "401 for a token.",
        || Interference::answer(sign_in_error(401, "invalid_client"))),
    named("SignInWithSecret", On::SignIn, "A refusal that repeats the body of the request.",
        || Interference { carried_out: false,
            ..Interference::rewrite(rewrite::sign_in_reflected) }),
    named("SignInReset", On::SignIn, "The connection is reset before there is a token.",
        || Interference::no_answer(Delivery::Reset)),
    named("SignInSilent", On::SignIn, "There is never an answer to the request for a token.",
        || Interference::no_answer(Delivery::Silent)),
    named("SignInPage", On::SignIn, "200 with an HTML page in place of a token.", || html(200)),
    named("SignInEmpty", On::SignIn, "An empty body in place of a token.",
        || Interference::rewrite(rewrite::empty)),
    named("TokenMissing", On::SignIn, "The token in the answer is null.",
        || Interference::rewrite(rewrite::token_without_token)),
    named("TokenForEver", On::SignIn, "The token is good for more seconds than can be counted.",
        || Interference::rewrite(rewrite::token_for_ever)),
    named("TokenOfThePast", On::SignIn, "The token is good for 0 seconds.",
        || Interference::rewrite(rewrite::token_of_the_past)),
    named("TokenWithLineBreak", On::SignIn, "The token has a line break.",
        || Interference::rewrite(rewrite::token_with_line_break)),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use bytes::Bytes;
    use hyper::HeaderMap;

    use super::*;

    fn request(method: Method, path: &str) -> Request {
        Request::new(method, path, "", HeaderMap::new(), Bytes::new())
    }

    #[test]
    fn each_name_is_there_once_and_each_summary_is_a_sentence() {
        let names: HashSet<_> = ALL.iter().map(|one| one.name.to_lowercase()).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|one| one.summary.ends_with('.')));
        assert_eq!(
            Named::find("THROTTLED").map(|one| one.name),
            Some("Throttled")
        );
        assert!(Named::find("None").is_none());
    }

    #[test]
    fn a_fault_is_for_its_own_requests() {
        let group = "/subscriptions/s/resourceGroups/g";
        let kind = format!("{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities");
        let one = format!("{kind}/id1");
        let is_for = |name: &str, method: Method, path: &str| {
            Named::find(name).unwrap().is_for(&request(method, path))
        };
        for list in [
            &kind,
            "/subscriptions",
            &format!("{one}/federatedIdentityCredentials"),
        ] {
            assert!(is_for("LinkElsewhere", Method::GET, list), "{list}");
        }
        for single in [&one, "/subscriptions/s", group] {
            assert!(!is_for("LinkElsewhere", Method::GET, single), "{single}");
        }
        assert!(is_for(
            "LinkElsewhere",
            Method::POST,
            "/providers/Microsoft.ResourceGraph/resources"
        ));
        assert!(is_for("NoETag", Method::GET, &one) && is_for("NoETag", Method::PUT, &one));
        assert!(is_for("OperationElsewhere", Method::PATCH, &one));
        assert!(!is_for("OperationElsewhere", Method::GET, &one));
        let poll = "/subscriptions/s/providers/Microsoft.Compute/locations/eastus/operations/o";
        assert!(is_for("OperationFails", Method::GET, poll));
        assert!(!is_for("OperationFails", Method::GET, &one));
        let token = "/t/oauth2/v2.0/token";
        assert!(is_for("SignInRefused", Method::POST, token));
        for other in ["/metadata/endpoints", token, "/_emulator/faults"] {
            assert!(!is_for("Silent", Method::GET, other), "{other}");
        }
    }
}
