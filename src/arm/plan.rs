/// What a change would do, found out without doing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The id of the resource that would change.
    pub resource: String,
    /// What would change, as a sentence without its full stop.
    pub description: String,
    /// Whether anything would change at all.
    pub changes: bool,
}
