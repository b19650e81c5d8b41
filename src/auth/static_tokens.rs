//! Tokens that the caller has, from wherever.

use super::files;
use super::token::{AccessToken, Secret};
use crate::base::{Audience, Category, Error, Result, Service};

/// A token for Azure Resource Manager, and maybe one for Microsoft Graph. Neither can be renewed.
pub struct StaticTokens {
    resource_manager: Secret,
    graph: Option<Secret>,
}

impl StaticTokens {
    /// Checks that each can be a token: it goes into a header.
    ///
    /// # Errors
    /// `InvalidAccessToken`, which does not repeat it.
    pub fn new(resource_manager: &Secret, graph: Option<&Secret>) -> Result<Self> {
        Ok(Self {
            resource_manager: checked(resource_manager, "AccessToken")?,
            graph: graph
                .map(|token| checked(token, "MicrosoftGraphAccessToken"))
                .transpose()?,
        })
    }

    pub(crate) fn token(&self, audience: &Audience) -> Result<AccessToken> {
        let secret = match audience.service {
            Service::ResourceManager => &self.resource_manager,
            Service::Graph => self.graph.as_ref().ok_or_else(no_graph_token)?,
        };
        Ok(AccessToken::given(secret.clone()))
    }
}

fn checked(token: &Secret, parameter: &str) -> Result<Secret> {
    files::one_word(token, parameter, "InvalidAccessToken")
}

fn no_graph_token() -> Error {
    Error::new(
        Category::AuthenticationError,
        "NoGraphToken",
        "MicrosoftGraphAccessToken",
        "This connection has a token for Azure Resource Manager only, and this command needs one \
         for Microsoft Graph",
    )
    .advise(
        "Connect with -MicrosoftGraphAccessToken as well, or with a sign-in that can get tokens.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_service() {
        let secret = |text: &str| Secret::from(text.to_owned());
        let graph = Audience {
            service: Service::Graph,
            resource: "https://graph.microsoft.com".to_owned(),
        };
        let one = StaticTokens::new(&secret("arm"), None).unwrap();
        assert_eq!(one.token(&graph).unwrap_err().code(), "NoGraphToken");
        let both = StaticTokens::new(&secret("arm"), Some(&secret("graph"))).unwrap();
        let header = both.token(&graph).unwrap().header();
        assert_eq!(header.to_str().unwrap(), "Bearer graph");
    }
}
