//! Specimens: one small linking backend that is correct by default, and in which every defect is one named switch.
//!
//! The conformance suite is judged with it. Started without faults it must come out clean; started
//! with one [`Fault`] it must be caught by the checks that [`Fault::expected_checks`] names. It
//! shares no code with the reference backend, the simulator or the suite, so that one mistake
//! cannot stand on both sides of a verdict.
//!
//! It is a specimen and nothing to copy: everything lives in memory, passwords are compared as they
//! were typed, and any `http` or `https` address is accepted as `redirect_uri`, because the suite
//! wants to vary all of it. The backend to copy is `reference-impl`.
//!
//! ```no_run
//! # async fn example() -> Result<(), linklab_specimens::StartError> {
//! use linklab_specimens::{Fault, Specimen, SpecimenConfig};
//!
//! let specimen = Specimen::start(SpecimenConfig {
//!     faults: [Fault::ConstantCode].into(),
//!     graph_url: "http://127.0.0.1:9100".to_owned(),
//!     ..SpecimenConfig::default()
//! })
//! .await?;
//! let page = specimen.linking_url();
//! specimen.stop().await;
//! # drop(page);
//! # Ok(())
//! # }
//! ```

mod bounded;
mod chat;
mod code;
mod config;
mod event;
mod fault;
mod form;
mod graph;
mod linking;
mod pages;
mod redirect;
mod routes;
mod server;
mod signature;
mod state;
mod visit;
mod webhook;

pub use config::{Account, SpecimenConfig};
pub use fault::{Fault, UnknownFault};
pub use server::{Pressure, Specimen, StartError};
