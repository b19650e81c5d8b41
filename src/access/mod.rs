//! Who may do what: role assignments.

mod assign;
mod assignment;
mod role;
mod scope;

pub use assign::{Assign, assign};
pub use assignment::{RoleAssignment, delete, list};
pub use role::{Role, RoleDefinition, definitions};
pub use scope::AccessScope;
