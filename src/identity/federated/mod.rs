//! Federated credentials of user-assigned identities: whose tokens, of another issuer, may act as
//! the identity.

mod issuers;
mod lane;
mod list;
mod model;
mod source;
mod target;
mod write;

pub use lane::Lane;
pub(crate) use list::all;
pub use list::{get, list};
pub use model::{ClaimsMatchingExpression, FederatedCredential, FederatedProperties};
pub use source::Source;
pub use target::CredentialTarget;
pub use write::{Create, Update, create, delete, plan_create, plan_delete, plan_update, update};
