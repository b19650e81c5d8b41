//! Objects of the directory, in Microsoft Graph.

use serde::Deserialize;

/// What is asked of directory objects.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) display_name: Option<String>,
    pub(super) app_id: Option<String>,
    #[serde(rename = "@odata.type")]
    pub(super) odata_type: String,
}
