import java.net.http.HttpClient;
import java.util.concurrent.atomic.AtomicLong;

/** Threads as many as the window, which decode their pages in a synchronized method. */
public final class Synced {
    private final HttpClient client = Pages.client();
    private final AtomicLong next = new AtomicLong();
    private double sum;

    public static void main(String[] args) {
        Synced all = new Synced();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            new Thread(() -> all.work(args[0])).start();
        }
    }

    private void work(String url) {
        try {
            for (;;) {
                add(Pages.fetch(client, url, next.getAndIncrement()));
            }
        } catch (Exception e) {
            Pages.fail(e);
        }
    }

    private synchronized void add(byte[] body) {
        sum += Pages.total(body);
    }
}
