//! `If-Match` and `If-None-Match`.

use super::error::ArmError;
use super::route::Call;

/// Whether a header's list of ETags has that one. Weak and strong ones are not told apart.
fn has(wanted: &str, etag: &str) -> bool {
    let bare = |text: &str| {
        text.trim()
            .trim_start_matches("W/")
            .trim_matches('"')
            .to_owned()
    };
    wanted.trim() == "*" || wanted.split(',').any(|one| bare(one) == bare(etag))
}

/// Compares the conditions of a request with the ETag of the resource, or with its absence: 412
/// where they do not hold.
pub(crate) fn check(call: &Call<'_>, current: Option<&str>) -> Result<(), ArmError> {
    let matched = |wanted: &str| current.is_some_and(|etag| has(wanted, etag));
    let failed = match (
        call.request.header("if-match"),
        call.request.header("if-none-match"),
    ) {
        (Some(wanted), _) if !matched(wanted) => Some(format!("If-Match: {wanted}")),
        (_, Some(unwanted)) if matched(unwanted) => Some(format!("If-None-Match: {unwanted}")),
        _ => None,
    };
    match failed {
        None => Ok(()),
        Some(condition) => Err(ArmError::new(
            412,
            "PreconditionFailed",
            format!(
                "The precondition '{condition}' evaluated to false: the ETag of the resource is '{}'.",
                current.unwrap_or("none")
            ),
        )),
    }
}
