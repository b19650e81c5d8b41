//! Why a call makes nothing.

/// Why something is not made. Each text begins with the member that it is about.
#[derive(Debug)]
pub(super) enum Refusal {
    Invalid(String),
    /// What it names is not there.
    Missing(String),
    /// It is there already.
    Exists(String),
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Refusal::Invalid(message)
    }
}
