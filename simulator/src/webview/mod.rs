//! What the user's browser meets: the opened linking URL and the way back.

mod detour;
mod extensions;
mod landing;
mod opening;
mod page;
mod route;
mod session;
mod tap;

pub(crate) use detour::come_back;
pub use extensions::Context;
pub(crate) use landing::{Address, conclude, conclude_held};
pub use landing::{Landed, Landing, LandingResult};
pub use opening::{Opening, RedirectTemplate};
pub(crate) use opening::{join_query, open};
pub(crate) use route::routes;
pub use tap::{Page, Tapped, ThreadDetails};
