use std::time::Duration;

/// What a word stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A subscription: its id.
    #[default]
    Subscription,
    /// A resource group: its name.
    ResourceGroup,
    /// A region: its name.
    Location,
    /// A resource of the type that is given: its name, with those of its parents before it.
    Resource,
    /// A resource of the type that is given, or of any: its id.
    ResourceId,
    /// A user-assigned identity: its name if it is in the group that is given, or else its id.
    Identity,
    /// An identity that the resources have which are named; any identity when none is.
    AssignedIdentity,
    /// A federated credential of the identity that is named: its name.
    FederatedCredential,
    /// A role: its name.
    Role,
    /// A scope: its id.
    Scope,
    /// A group of the directory: its name, or its id where several have that name.
    DirectoryGroup,
    /// A type of resources that can have identities.
    ResourceType,
    /// A management group: its name.
    ManagementGroup,
    /// An API of the directory: its display name, or its application id where several have that
    /// name.
    Api,
    /// An application permission of the API that is given: its value.
    AppRole,
    /// A resource provider whose resources can have identities, or a type of theirs.
    ResourceProvider,
}

/// A word to complete, and what else its command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What the word stands for.
    pub kind: Kind,
    /// The word as far as it goes.
    pub word: String,
    /// The subscriptions, by id or by name; the connection's when there is none.
    pub subscriptions: Vec<String>,
    /// Whether all subscriptions that the sign-in sees are meant.
    pub all_subscriptions: bool,
    /// The management group whose subscriptions are meant, by its name or its id.
    pub management_group: Option<String>,
    /// The resource group.
    pub resource_group: Option<String>,
    /// The types of the resources, or patterns.
    pub resource_types: Vec<String>,
    /// The names of resources that the command is about.
    pub names: Vec<String>,
    /// The ids of resources that the command is about.
    pub ids: Vec<String>,
    /// The id of the scope on which a role is to count.
    pub scope: Option<String>,
    /// The API whose permissions are meant; Microsoft Graph when none is named.
    pub api: Option<String>,
    /// How long to wait for the service. What it answers later is kept for the next word.
    pub patience: Duration,
}
