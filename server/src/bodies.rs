//! How much of what requests carry is in memory at once.

use std::sync::Arc;

use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;

/// What is no larger is always taken: pages are answered and alerts come in whoever sends much.
const SMALL_BYTES: u64 = 64 * 1024;
/// So many of the largest bodies may be in memory at once.
const LARGEST_AT_ONCE: usize = 8;
/// What a permit stands for.
const PERMIT_BYTES: u64 = 1024;

/// The room that larger bodies share. Each waits for its place, as long as an answer may take.
#[derive(Clone)]
pub struct Room {
    free: Arc<Semaphore>,
    permits: u32,
    largest: u64,
}

impl Room {
    /// Room for some bodies of the largest size that is taken.
    pub fn of(largest_bytes: usize) -> Room {
        let largest = u64::try_from(largest_bytes).unwrap_or(u64::MAX);
        let permits = largest_bytes.saturating_mul(LARGEST_AT_ONCE) / 1024;
        let permits = permits.clamp(1, Semaphore::MAX_PERMITS);
        let permits = u32::try_from(permits).unwrap_or(u32::MAX);
        Room { free: Arc::new(Semaphore::new(permits as usize)), permits, largest }
    }
}

/// Answers a request when there is room for its body.
pub async fn bounded(State(room): State<Room>, request: Request, next: Next) -> Response {
    // Without a length it may be as large as any.
    let bytes = request.body().size_hint().upper().unwrap_or(room.largest);
    if bytes <= SMALL_BYTES {
        return next.run(request).await;
    }
    let permits = u32::try_from(bytes.div_ceil(PERMIT_BYTES)).unwrap_or(u32::MAX);
    // The semaphore is never closed.
    let _place = room.free.acquire_many(permits.min(room.permits)).await;
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use futures::stream;
    use tower::ServiceExt;

    use super::*;

    fn request(body: Body) -> Request {
        Request::post("/").body(body).expect("a request")
    }

    #[tokio::test]
    async fn large_bodies_wait_for_their_place_and_small_ones_do_not() {
        let room = Room::of(1024 * 1024);
        let router = Router::new()
            .route("/", post(async |body: Bytes| body.len().to_string()))
            .layer(from_fn_with_state(room.clone(), bounded));
        let slow = || Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let ask = |body| router.clone().oneshot(request(body));
        let mut slow: Vec<_> = (0..LARGEST_AT_ONCE).map(|_| Box::pin(ask(slow()))).collect();
        for each in &mut slow {
            assert!(futures::poll!(each).is_pending());
        }
        assert_eq!(room.free.available_permits(), 0);
        let small = ask(Body::from(vec![b'x'; 1000])).await.expect("an answer");
        assert_eq!(small.status(), StatusCode::OK);
        let mut large = Box::pin(ask(Body::from(vec![b'x'; 100_000])));
        assert!(futures::poll!(&mut large).is_pending());
        slow.pop();
        assert_eq!(large.await.expect("an answer").status(), StatusCode::OK);
    }
}
