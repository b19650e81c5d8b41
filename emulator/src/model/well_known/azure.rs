//! APIs of Azure and of its older directory service.
//!
//! Source of ids and texts: what administrators published of their service principals' `appRoles` and
//! `oauth2PermissionScopes`.

use super::api::{Api, Permission, permission};

pub(super) const ACTIVE_DIRECTORY: Api = Api {
    app_id: "00000002-0000-0000-c000-000000000000",
    object_id: "dddddddd-eeee-ffff-4444-555555555505",
    display_name: "Windows Azure Active Directory",
    names: &["https://graph.windows.net"],
    roles: DIRECTORY_ROLES,
    scopes: DIRECTORY_SCOPES,
};

pub(super) const KEY_VAULT: Api = Api {
    app_id: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    object_id: "dddddddd-eeee-ffff-4444-555555555506",
    display_name: "Azure Key Vault",
    names: &["https://vault.azure.net"],
    roles: &[],
    scopes: KEY_VAULT_SCOPES,
};

pub(super) const STORAGE: Api = Api {
    app_id: "e406a681-f3d4-42a8-90b6-c2b029497af1",
    object_id: "dddddddd-eeee-ffff-4444-555555555507",
    display_name: "Azure Storage",
    names: &["https://storage.azure.com"],
    roles: &[],
    scopes: STORAGE_SCOPES,
};

pub(super) const SERVICE_MANAGEMENT: Api = Api {
    app_id: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    object_id: "dddddddd-eeee-ffff-4444-555555555508",
    display_name: "Windows Azure Service Management API",
    names: &[
        "https://management.core.windows.net/",
        "https://management.azure.com/",
    ],
    roles: &[],
    scopes: SERVICE_MANAGEMENT_SCOPES,
};

const DIRECTORY_ROLES: &[Permission] = &[
    permission(
        "3afa6a7d-9b1a-42eb-948e-1650a849e176",
        "Application.Read.All",
        "Read all applications",
        "Allows the app to read applications and service principals without a signed-in user",
    ),
    permission(
        "1cda74f2-2616-4834-b122-5cb1b07f8a59",
        "Application.ReadWrite.All",
        "Read and write all applications",
        "Allows the app to create, read, update and delete applications and service principals without a signed-in user.  Does not allow management of consent grants.",
    ),
    permission(
        "824c81eb-e3f8-4ee6-8f6d-de7f50d565b7",
        "Application.ReadWrite.OwnedBy",
        "Manage apps that this app creates or owns",
        "Allows the app to create other applications, and fully manage those applications (read, update, update application secrets and delete), without a signed-in user.  It cannot update any apps that it is not an owner of.",
    ),
    permission(
        "1138cb37-bd11-4084-a2b7-9f71582aeddb",
        "Device.ReadWrite.All",
        "Read and write devices",
        "Allows the app to read and write all device properties without a signed in user.  Does not allow device creation, device deletion or update of device alternative security identifiers.",
    ),
    permission(
        "5778995a-e1bf-45b8-affa-663a9f3f4d04",
        "Directory.Read.All",
        "Read directory data",
        "Allows the app to read data in your company or school directory, such as users, groups, and apps.",
    ),
    permission(
        "78c8a3c8-a07e-4b9e-af1b-b5ccab50a175",
        "Directory.ReadWrite.All",
        "Read and write directory data",
        "Allows the app to read and write data in your company or school directory, such as users, and groups.  Does not allow user or group deletion.",
    ),
    permission(
        "abefe9df-d5a9-41c6-a60b-27b38eac3efb",
        "Domain.ReadWrite.All",
        "Read and write domains",
        "Allows the app to read and write all domain properties without a signed in user.  Also allows the app to add,  verify and remove domains.",
    ),
    permission(
        "9728c0c4-a06b-4e0e-8d1b-3d694e8ec207",
        "Member.Read.Hidden",
        "Read all hidden memberships",
        "Allows the app to read the memberships of hidden groups and administrative units without a signed-in user.",
    ),
    permission(
        "6c2d1b1d-a490-4178-ba6b-7efceda9129b",
        "Policy.Read.All",
        "Read your organization's policies",
        "Allows the app to read all your organization's policies without a signed-in user.",
    ),
];

const DIRECTORY_SCOPES: &[Permission] = &[
    permission(
        "a42657d6-7f20-40e3-b6f0-cee03008a62a",
        "Directory.AccessAsUser.All",
        "Access the directory as the signed-in user",
        "Allows the app to have the same access to information in the directory as the signed-in user.",
    ),
    permission(
        "311a71cc-e848-46a1-bdf8-97ff7156d8e6",
        "User.Read",
        "Sign in and read user profile",
        "Allows users to sign in to the app, and allows the app to read the profile of signed-in users. It also allow the app to read basic company information of signed-in users.",
    ),
];

const KEY_VAULT_SCOPES: &[Permission] = &[permission(
    "f53da476-18e3-4152-8e01-aec403e6edc0",
    "user_impersonation",
    "Have full access to the Azure Key Vault service",
    "Allow the application full access to the Azure Key Vault service on behalf of the signed-in user",
)];

const STORAGE_SCOPES: &[Permission] = &[permission(
    "03e0da56-190b-40ad-a80c-ea378c433f7f",
    "user_impersonation",
    "Access Azure Storage",
    "Allow the application to access Azure Storage on behalf of the signed-in user.",
)];

const SERVICE_MANAGEMENT_SCOPES: &[Permission] = &[permission(
    "41094075-9dad-400e-a0bd-54e686782033",
    "user_impersonation",
    "Access Azure Service Management as organization users",
    "Allows the application to access the Azure Management Service API acting as users in the organization.",
)];
