//! The platform over real sockets: what a backend, a browser and a test see of it.

mod backend;
mod graph;
mod linking;
