use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unset;

/// A place where things run: a data centre, a cloud region, an office.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SiteSpec {
    /// Where it is.
    #[serde(default, skip_serializing_if = "unset")]
    pub address: Option<String>,
    /// Its time zone by its IANA name, such as Europe/Berlin.
    #[serde(default, skip_serializing_if = "unset")]
    pub time_zone: Option<String>,
}

/// Another organisation whose service is needed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SupplierSpec {
    /// Its own page, best its status page.
    #[serde(default, skip_serializing_if = "unset")]
    pub url: Option<String>,
    /// Where its support is reached by mail.
    #[serde(default, skip_serializing_if = "unset")]
    pub support_email: Option<String>,
    /// Where its support is reached by telephone.
    #[serde(default, skip_serializing_if = "unset")]
    pub support_phone: Option<String>,
    /// What the contract with it is called.
    #[serde(default, skip_serializing_if = "unset")]
    pub contract: Option<String>,
}
