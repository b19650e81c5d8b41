//! APIs of Microsoft 365.
//!
//! Source of ids and texts: what administrators published of their service principals' `appRoles` and
//! `oauth2PermissionScopes`.

use super::api::{Api, Permission, permission};

pub(super) const EXCHANGE_ONLINE: Api = Api {
    app_id: "00000002-0000-0ff1-ce00-000000000000",
    object_id: "dddddddd-eeee-ffff-4444-555555555502",
    display_name: "Office 365 Exchange Online",
    names: &[
        "https://outlook.office365.com",
        "https://outlook.office.com",
    ],
    roles: EXCHANGE_ROLES,
    scopes: EXCHANGE_SCOPES,
};

pub(super) const SHAREPOINT_ONLINE: Api = Api {
    app_id: "00000003-0000-0ff1-ce00-000000000000",
    object_id: "dddddddd-eeee-ffff-4444-555555555503",
    display_name: "Office 365 SharePoint Online",
    names: &["00000003-0000-0ff1-ce00-000000000000/*.sharepoint.com"],
    roles: SHAREPOINT_ROLES,
    scopes: SHAREPOINT_SCOPES,
};

pub(super) const MANAGEMENT_APIS: Api = Api {
    app_id: "c5393580-f805-4401-95e8-94b7a6ef2fc2",
    object_id: "dddddddd-eeee-ffff-4444-555555555504",
    display_name: "Office 365 Management APIs",
    names: &["https://manage.office.com"],
    roles: MANAGEMENT_ROLES,
    scopes: &[],
};

const EXCHANGE_ROLES: &[Permission] = &[
    permission(
        "798ee544-9d2d-430c-a058-570e29e34338",
        "Calendars.Read",
        "Read calendars in all mailboxes",
        "Allows the app to read events of all calendars without a signed-in user.",
    ),
    permission(
        "089fe4d0-434a-44c5-8827-41ba8a0b17f5",
        "Contacts.Read",
        "Read contacts in all mailboxes",
        "Allows the app to read all contacts in all mailboxes without a signed-in user.",
    ),
    permission(
        "dc50a0fb-09a3-484d-be87-e023b12c6440",
        "Exchange.ManageAsApp",
        "Manage Exchange As Application",
        "Allows the app to manage the organization's Exchange environment without any user interaction. This includes mailboxes, groups, and other configuration objects. To enable management actions, an admin must assign the appropriate roles directly to the app.",
    ),
    permission(
        "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
        "full_access_as_app",
        "Use Exchange Web Services with full access to all mailboxes",
        "Allows the app to have full access via Exchange Web Services to all mailboxes without a signed-in user.",
    ),
    permission(
        "5e5addcd-3e8d-4e90-baf5-964efab2b20a",
        "IMAP.AccessAsApp",
        "IMAP.AccessAsApp",
        "Allow application to access user’s mailbox via IMAP protocol",
    ),
    permission(
        "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
        "Mail.Read",
        "Read mail in all mailboxes",
        "Allows the app to read mail in all mailboxes without a signed-in user.",
    ),
    permission(
        "e2a3a72e-5f79-4c64-b1b1-878b674786c9",
        "Mail.ReadWrite",
        "Read and write mail in all mailboxes",
        "Allows the app to create, read, update, and delete mail in all mailboxes without a signed-in user. Does not include permission to send mail.",
    ),
    permission(
        "b633e1c5-b582-4048-a93e-9f11b44c7e96",
        "Mail.Send",
        "Send mail as any user",
        "Allows the app to send mail as any user without a signed-in user.",
    ),
    permission(
        "f7264778-fba9-422d-8e9e-2675a2c4b513",
        "Mailbox.Migration",
        "Move mailboxes between organizations",
        "Application permission grants permission to move mailboxes between Office365 organizations",
    ),
    permission(
        "d45fa9f8-36e5-4cd2-b601-b063c7cf9ac2",
        "MailboxSettings.Read",
        "Read all user mailbox settings",
        "Allows the app to read user's mailbox settings without a signed-in user. Does not include permission to send mail.",
    ),
    permission(
        "cb842b43-da6e-4506-86fe-bb12199c656d",
        "POP.AccessAsApp",
        "POP.AccessAsApp",
        "Allow application to access user’s mailbox via POP protocol",
    ),
];

const EXCHANGE_SCOPES: &[Permission] = &[
    permission(
        "3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5",
        "EWS.AccessAsUser.All",
        "Access mailboxes as the signed-in user via Exchange Web Services",
        "Allows the app to have the same access to mailboxes as the signed-in user via Exchange Web Services.",
    ),
    permission(
        "ab4f2b77-0b06-4fc1-a9de-02113fc2ab7c",
        "Exchange.Manage",
        "Manage Exchange configuration",
        "Allows the app to manage the organization's Exchange environment, such as mailboxes, groups, and other configuration objects. To enable management actions, an admin must assign the appropriate roles to the app user.",
    ),
];

const SHAREPOINT_ROLES: &[Permission] = &[
    permission(
        "678536fe-1083-478a-9c59-b99265e6b0d3",
        "Sites.FullControl.All",
        "Have full control of all site collections",
        "Allows the app to have full control of all site collections without a signed in user.",
    ),
    permission(
        "9bff6588-13f2-4c48-bbf2-ddab62256b36",
        "Sites.Manage.All",
        "Read and write items and lists in all site collections",
        "Allows the app to read, create, update, and delete document libraries and lists in all site collections without a signed in user.",
    ),
    permission(
        "d13f72ca-a275-4b96-b789-48ebcc4da984",
        "Sites.Read.All",
        "Read items in all site collections",
        "Allows the app to read documents and list items in all site collections without a signed in user.",
    ),
    permission(
        "fbcd29d2-fcca-4405-aded-518d457caae4",
        "Sites.ReadWrite.All",
        "Read and write items in all site collections",
        "Allows the app to create, read, update, and delete documents and list items in all site collections without a signed in user.",
    ),
    permission(
        "20d37865-089c-4dee-8c41-6967602d4ac8",
        "Sites.Selected",
        "Access selected site collections",
        "Allow the application to access a subset of site collections without a signed in user. The specific site collections and the permissions granted will be configured in SharePoint Online.",
    ),
    permission(
        "2a8d57a5-4090-4a41-bf1c-3c621d2ccad3",
        "TermStore.Read.All",
        "Read managed metadata",
        "Allows the app to read enterprise managed metadata and to read basic site info without a signed in user.",
    ),
    permission(
        "c8e3537c-ec53-43b9-bed3-b2bd3617ae97",
        "TermStore.ReadWrite.All",
        "Read and write managed metadata",
        "Allows the app to write enterprise managed metadata and to read basic site info without a signed in user.",
    ),
    permission(
        "df021288-bdef-4463-88db-98f22de89214",
        "User.Read.All",
        "Read user profiles",
        "Allows the app to read user profiles without a signed in user.",
    ),
    permission(
        "741f803b-c850-494e-b5df-cde7c675a1ca",
        "User.ReadWrite.All",
        "Read and write user profiles",
        "Allows the app to read and update user profiles and to read basic site info without a signed in user.",
    ),
];

const SHAREPOINT_SCOPES: &[Permission] = &[
    permission(
        "56680e0d-d2a3-4ae1-80d8-3c4f2100e3d0",
        "AllSites.FullControl",
        "Have full control of all site collections",
        "Allows the app to have full control of all site collections on behalf of the signed-in user.",
    ),
    permission(
        "4e0d77b0-96ba-4398-af14-3baa780278f4",
        "AllSites.Read",
        "Read items in all site collections",
        "Allows the app to read documents and list items in all site collections on behalf of the signed-in user.",
    ),
];

const MANAGEMENT_ROLES: &[Permission] = &[
    permission(
        "594c1fb6-4f81-4475-ae41-0c394909246c",
        "ActivityFeed.Read",
        "Read activity data for your organization",
        "Allows the application to read activity data for your organization.",
    ),
    permission(
        "4807a72c-ad38-4250-94c9-4eabfe26cd55",
        "ActivityFeed.ReadDlp",
        "Read DLP policy events including detected sensitive data",
        "Allows the application to read DLP policy events, including detected sensitive data, for your organization.",
    ),
    permission(
        "e2cea78f-e743-4d8f-a16a-75b629a038ae",
        "ServiceHealth.Read",
        "Read service health information for your organization",
        "Allows the application to read service health information for your organization.",
    ),
];
