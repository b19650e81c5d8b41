//! The kinds of errors.

/// The kind of an error, as PowerShell's error categories cut them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// No other category fits.
    NotSpecified,
    /// The caller's input breaks a rule; nothing was sent.
    InvalidArgument,
    /// What was named does not exist.
    ObjectNotFound,
    /// Signed in, but not allowed.
    PermissionDenied,
    /// Not signed in, or the sign-in was refused or has run out.
    AuthenticationError,
    /// It exists already, in another form.
    ResourceExists,
    /// Another client is changing the resource.
    ResourceBusy,
    /// Throttled, or over a quota.
    LimitsExceeded,
    /// It did not end in time.
    OperationTimeout,
    /// The endpoint could not be reached.
    ConnectionError,
    /// The endpoint answered with something that is not Azure's.
    InvalidResult,
    /// Cancelled by the caller.
    OperationStopped,
    /// Azure refused the operation, or it failed there.
    InvalidOperation,
}
