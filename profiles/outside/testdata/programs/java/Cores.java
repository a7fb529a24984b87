import java.net.http.HttpClient;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;

/** A pool of threads as large as the window, each of which fetches pages and decodes them. */
public final class Cores {
    private static final AtomicLong next = new AtomicLong();
    private static final DoubleAdder sum = new DoubleAdder();

    public static void main(String[] args) {
        HttpClient client = Pages.client();
        int window = Integer.parseInt(args[1]);
        ExecutorService pool = Executors.newFixedThreadPool(window);
        for (int i = 0; i < window; i++) {
            pool.execute(() -> work(client, args[0]));
        }
    }

    private static void work(HttpClient client, String url) {
        try {
            for (;;) {
                sum.add(Pages.total(Pages.fetch(client, url, next.getAndIncrement())));
            }
        } catch (Exception e) {
            Pages.fail(e);
        }
    }
}
