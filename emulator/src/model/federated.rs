//! Federated identity credentials: whose tokens, of another issuer, may act as an identity or an
//! application.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The resource type.
pub(crate) const KIND: &str =
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";

/// Those that have `claimsMatchingExpression`. Source: the service's specification.
pub(crate) const FLEXIBLE: [&str; 2] = ["2025-01-31-preview", "2025-05-31-preview"];

/// A federated identity credential. Its key is its id, which begins with the key of its identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FederatedCredential {
    /// The id of the identity.
    pub(crate) parent: String,
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// Whose tokens are trusted: those for a subject, or those whose claims match an expression. All
/// are compared with regard to casing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trust {
    pub(crate) issuer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claims_matching_expression: Option<Expression>,
    pub(crate) audience: String,
}

/// What claims must match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Expression {
    pub(crate) value: String,
    pub(crate) language_version: i32,
}

impl FederatedCredential {
    pub(crate) fn id(&self) -> String {
        format!("{}/federatedIdentityCredentials/{}", self.parent, self.name)
    }

    /// What a version shows. One without expressions has `"subject": null` in place of one.
    pub(crate) fn body(&self, api_version: &str) -> Value {
        let trust = &self.trust;
        let mut properties = json!({
            "issuer": trust.issuer,
            "audiences": [trust.audience],
        });
        match &trust.claims_matching_expression {
            Some(expression) if FLEXIBLE.contains(&api_version) => {
                properties["claimsMatchingExpression"] = json!(expression);
            }
            _ => properties["subject"] = json!(trust.subject),
        }
        json!({
            "id": self.id(),
            "name": self.name,
            "type": KIND,
            "properties": properties,
        })
    }
}
