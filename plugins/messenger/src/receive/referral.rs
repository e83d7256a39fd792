//! How a contact got here: an advert, a short link, a plugin on a site.

use lockgate_sdk::{Attribution, Extra, MediaSource};

use super::item::extras;
use super::json::Text;
use super::shapes;

/// What a referral tells; what the contract has no field for goes to `more`.
pub(super) fn attribution(told: shapes::Referral<'_>, more: &mut Vec<Extra>) -> Attribution {
    let ads = told.ads_context_data.unwrap_or_default();
    more.extend(extras(told.rest));
    more.extend(extras(ads.rest));
    Attribution {
        source: told.source.or(told.kind).map(|source| source_name(source.as_str())).unwrap_or_default(),
        reference: told.reference.map(Text::into_string),
        item: told.ad_id.or(ads.post_id).or(ads.product_id).map(Text::into_string),
        address: told.referer_uri.map(Text::into_string),
        title: ads.ad_title.map(Text::into_string),
        picture: ads.photo_url.map(|url| MediaSource::Address(url.into_string())),
    }
}

/// The contract's word for a source, or Facebook's own in the contract's spelling.
fn source_name(source: &str) -> String {
    match source {
        "ADS" => "ad".into(),
        "SHORTLINK" => "short-link".into(),
        other => other.to_lowercase().replace('_', "-"),
    }
}
