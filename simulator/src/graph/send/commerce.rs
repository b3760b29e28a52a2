//! Templates of commerce and consent: receipts, products, coupons, feedback, permission to write again.

use super::template::{KIND, SHARABLE};
use crate::graph::error::GraphError;
use crate::graph::place::Part;
use crate::graph::shape::{self, Field, Rule, needed, optional};

/// No limit is stated for these texts; this one keeps them finite.
const TEXT: Rule = Rule::Text(2_000);

pub(super) const RECEIPT: [Field; 13] = [
    KIND,
    SHARABLE,
    needed("recipient_name", TEXT),
    needed("order_number", Rule::Any),
    needed("currency", Rule::Text(3)),
    needed("payment_method", TEXT),
    optional("merchant_name", TEXT),
    optional("timestamp", Rule::Number),
    optional("order_url", Rule::Url),
    // Up to a hundred (protocol section 4.1, receipt).
    optional(
        "elements",
        Rule::List(
            0,
            100,
            &[
                needed("title", TEXT),
                needed("price", Rule::Number),
                optional("subtitle", TEXT),
                optional("quantity", Rule::Number),
                optional("currency", Rule::Text(3)),
                optional("image_url", Rule::Url),
            ],
        ),
    ),
    optional(
        "address",
        Rule::Object(&[
            needed("street_1", TEXT),
            optional("street_2", Rule::Any),
            needed("city", TEXT),
            needed("postal_code", Rule::Any),
            needed("state", TEXT),
            needed("country", TEXT),
        ]),
    ),
    needed(
        "summary",
        Rule::Object(&[
            needed("total_cost", Rule::Number),
            optional("subtotal", Rule::Number),
            optional("shipping_cost", Rule::Number),
            optional("total_tax", Rule::Number),
        ]),
    ),
    optional(
        "adjustments",
        Rule::List(
            0,
            100,
            &[optional("name", TEXT), optional("amount", Rule::Number)],
        ),
    ),
];

pub(super) const PRODUCT: [Field; 3] = [
    KIND,
    SHARABLE,
    needed("elements", Rule::List(1, 10, &[needed("id", Rule::Any)])),
];

const COUPON: [Field; 10] = [
    KIND,
    SHARABLE,
    needed("title", Rule::Text(80)),
    optional("subtitle", Rule::Text(80)),
    optional("coupon_code", TEXT),
    optional("coupon_url", Rule::Url),
    optional("coupon_url_button_title", Rule::Text(20)),
    optional("coupon_pre_message", TEXT),
    optional("image_url", Rule::Url),
    optional("payload", Rule::Text(1_000)),
];

/// A coupon has a code, an address, or both.
pub(super) fn coupon(payload: &Part<'_>) -> Result<(), GraphError> {
    shape::check(payload, &COUPON)?;
    if payload.get("coupon_code").is_none() && payload.get("coupon_url").is_none() {
        let name = |key| payload.place.under(key).name().to_owned();
        return Err(GraphError::one_required(&[
            &name("coupon_code"),
            &name("coupon_url"),
        ]));
    }
    Ok(())
}

pub(super) const CUSTOMER_FEEDBACK: [Field; 8] = [
    KIND,
    SHARABLE,
    needed("title", Rule::Text(65)),
    needed("subtitle", Rule::Text(65)),
    needed("button_title", Rule::Text(20)),
    needed(
        "feedback_screens",
        Rule::List(
            1,
            1,
            &[needed(
                "questions",
                Rule::List(
                    1,
                    1,
                    &[
                        needed("id", Rule::Text(80)),
                        needed("type", Rule::Choice(&["CSAT", "NPS", "CES"])),
                        optional("title", Rule::Text(80)),
                        optional("score_label", TEXT),
                        optional("score_option", TEXT),
                        optional("follow_up", Rule::Any),
                    ],
                ),
            )],
        ),
    ),
    needed(
        "business_privacy",
        Rule::Object(&[needed("url", Rule::Url)]),
    ),
    optional("expires_in_days", Rule::Number),
];

pub(super) const ONE_TIME_NOTIF_REQ: [Field; 4] = [
    KIND,
    SHARABLE,
    needed("title", Rule::Text(65)),
    needed("payload", Rule::Text(1_000)),
];

pub(super) const NOTIFICATION_MESSAGES: [Field; 9] = [
    KIND,
    SHARABLE,
    optional("title", Rule::Text(65)),
    optional("image_url", Rule::Url),
    needed("payload", Rule::Text(1_000)),
    optional("notification_messages_frequency", TEXT),
    optional("notification_messages_timezone", TEXT),
    optional("notification_messages_reoptin", TEXT),
    optional("notification_messages_cta_text", TEXT),
];
