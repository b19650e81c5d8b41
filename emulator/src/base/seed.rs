//! What the emulator starts with.

/// The subscription that is there at the start, "Emulator subscription".
pub const SUBSCRIPTION_ID: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
/// The name that the subscription is shown under.
pub const SUBSCRIPTION_NAME: &str = "Emulator subscription";
/// The directory that the subscription trusts.
pub const TENANT_ID: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
/// The application that may sign in.
pub const CLIENT_ID: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
/// That application's secret; it opens nothing but the emulator.
pub const CLIENT_SECRET: &str = "emulator-secret";
/// The object id of that application's service principal: the `oid` of the tokens.
pub const PRINCIPAL_ID: &str = "aaaaaaaa-bbbb-cccc-1111-222222222222";
/// The name that the application is shown under in the directory.
pub const APPLICATION: &str = "Emulator application";
/// The id of [`GROUP`].
pub const GROUP_ID: &str = "bbbbbbbb-cccc-dddd-2222-333333333333";
/// A group of the directory, without members.
pub const GROUP: &str = "myGroup";
/// The object id of the user who signs in with a device code, unless another is named.
pub const USER_ID: &str = "cccccccc-dddd-eeee-3333-444444444444";
/// That user's principal name.
pub const USER_NAME: &str = "user@emulator.invalid";
/// The name that the user is shown under.
pub const USER_DISPLAY_NAME: &str = "Emulator user";
/// The resource group that holds [`VM`].
pub const RESOURCE_GROUP: &str = "myResourceGroup";
/// A second resource group, empty.
pub const SECOND_RESOURCE_GROUP: &str = "TestRG";
/// Where the groups and the virtual machine are.
pub const LOCATION: &str = "eastus";
/// A virtual machine without any identity.
pub const VM: &str = "myVM";
