//! The four templates of airlines; retired for new businesses, still sent by old ones.

use super::template::{KIND, SHARABLE};
use crate::graph::shape::{Field, Rule, needed, optional};

/// No limit is stated for these texts; this one keeps them finite.
const TEXT: Rule = Rule::Text(2_000);

const COLOUR: Field = optional("theme_color", Rule::Text(7));

const AIRPORT: Rule = Rule::Object(&[
    needed("airport_code", TEXT),
    needed("city", TEXT),
    optional("terminal", TEXT),
    optional("gate", TEXT),
]);

const SCHEDULE: Rule = Rule::Object(&[
    optional("boarding_time", TEXT),
    needed("departure_time", TEXT),
    optional("arrival_time", TEXT),
]);

const CLASSES: Rule = Rule::Choice(&["ECONOMY", "BUSINESS", "FIRST_CLASS"]);

const FLIGHT: &[Field] = &[
    needed("flight_number", TEXT),
    needed("departure_airport", AIRPORT),
    needed("arrival_airport", AIRPORT),
    needed("flight_schedule", SCHEDULE),
    optional("aircraft_type", TEXT),
    optional("travel_class", CLASSES),
];

const LABELLED: Rule = Rule::List(0, 8, &[needed("label", TEXT), needed("value", TEXT)]);

pub(super) const BOARDING_PASS: [Field; 6] = [
    KIND,
    SHARABLE,
    COLOUR,
    needed("intro_message", TEXT),
    needed("locale", TEXT),
    needed(
        "boarding_pass",
        Rule::List(
            1,
            10,
            &[
                needed("passenger_name", TEXT),
                needed("pnr_number", TEXT),
                optional("travel_class", CLASSES),
                optional("seat", TEXT),
                optional("auxiliary_fields", LABELLED),
                optional("secondary_fields", LABELLED),
                needed("logo_image_url", Rule::Url),
                optional("header_image_url", Rule::Url),
                optional("header_text_field", Rule::Any),
                optional("qr_code", TEXT),
                optional("barcode_image_url", Rule::Url),
                needed("above_bar_code_image_url", Rule::Url),
                needed("flight_info", Rule::Object(FLIGHT)),
            ],
        ),
    ),
];

pub(super) const CHECKIN: [Field; 8] = [
    KIND,
    SHARABLE,
    COLOUR,
    needed("intro_message", TEXT),
    needed("locale", TEXT),
    optional("pnr_number", TEXT),
    needed("flight_info", Rule::List(1, 10, FLIGHT)),
    needed("checkin_url", Rule::Url),
];

pub(super) const ITINERARY: [Field; 15] = [
    KIND,
    SHARABLE,
    COLOUR,
    needed("intro_message", TEXT),
    needed("locale", TEXT),
    needed("pnr_number", TEXT),
    needed(
        "passenger_info",
        Rule::List(
            1,
            100,
            &[
                needed("passenger_id", TEXT),
                needed("name", TEXT),
                optional("ticket_number", TEXT),
            ],
        ),
    ),
    needed(
        "flight_info",
        Rule::List(
            1,
            100,
            &[
                needed("connection_id", TEXT),
                needed("segment_id", TEXT),
                needed("flight_number", TEXT),
                optional("aircraft_type", TEXT),
                needed("departure_airport", AIRPORT),
                needed("arrival_airport", AIRPORT),
                needed("flight_schedule", SCHEDULE),
                needed("travel_class", CLASSES),
            ],
        ),
    ),
    needed(
        "passenger_segment_info",
        Rule::List(
            1,
            1_000,
            &[
                needed("segment_id", TEXT),
                needed("passenger_id", TEXT),
                needed("seat", TEXT),
                needed("seat_type", TEXT),
                optional(
                    "product_info",
                    Rule::List(0, 100, &[needed("title", TEXT), needed("value", TEXT)]),
                ),
            ],
        ),
    ),
    optional(
        "price_info",
        Rule::List(
            0,
            4,
            &[
                needed("title", TEXT),
                needed("amount", Rule::Number),
                optional("currency", Rule::Text(3)),
            ],
        ),
    ),
    optional("base_price", Rule::Number),
    optional("tax", Rule::Number),
    needed("total_price", Rule::Number),
    needed("currency", Rule::Text(3)),
    optional("connection_info", Rule::Any),
];

pub(super) const UPDATE: [Field; 8] = [
    KIND,
    SHARABLE,
    COLOUR,
    optional("intro_message", TEXT),
    needed(
        "update_type",
        Rule::Choice(&["DELAY", "GATE_CHANGE", "CANCELLATION"]),
    ),
    needed("locale", TEXT),
    optional("pnr_number", TEXT),
    needed("update_flight_info", Rule::Object(FLIGHT)),
];
