//! What to export.

/// The language of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A template of Azure Resource Manager, in JSON.
    #[default]
    Arm,
    /// Bicep.
    Bicep,
}

/// What to export.
#[derive(Clone, Debug, Default)]
pub struct Export {
    /// The ids of the identities: all of one resource group.
    pub identities: Vec<String>,
    /// The language.
    pub format: Format,
    /// Whether to add the roles that the identities have.
    pub roles: bool,
}
