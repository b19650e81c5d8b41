//! What tokens are for.

use reqwest::Url;

/// One of a cloud's services that the module has tokens for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Azure Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Audience {
    /// The service that it goes to.
    pub service: Service,
    /// What it is asked for, without `/.default`.
    pub resource: String,
}

impl Audience {
    /// What a token is asked for where it goes by scopes.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.resource)
    }
}

/// What a token for a service is asked for when it goes by its URL: that, without a slash.
pub(crate) fn audience_of(service: &Url) -> String {
    service.as_str().trim_end_matches('/').to_owned()
}
