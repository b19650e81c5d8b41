//! Tokens: whom they speak for and what they are for, how they are made, and those that were given
//! out. The sign-in service and the hosts of managed identities give them out; Azure Resource
//! Manager and Microsoft Graph look at them.

pub(crate) mod audience;
pub(crate) mod claims;
pub(crate) mod refusal;
pub(crate) mod store;
