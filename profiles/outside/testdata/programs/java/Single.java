import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** Fetches a window of pages asynchronously, and decodes them on an executor of one thread. */
public final class Single {
    private static double sum; // of the executor's thread alone

    public static void main(String[] args) throws Exception {
        HttpClient client = Pages.client();
        ExecutorService decoder = Executors.newSingleThreadExecutor();
        Semaphore window = new Semaphore(Integer.parseInt(args[1]));
        for (long id = 0; ; id++) {
            window.acquire();
            client.sendAsync(Pages.request(args[0], id), HttpResponse.BodyHandlers.ofByteArray())
                    .thenAcceptAsync(response -> {
                        sum += Pages.total(Pages.body(response));
                        window.release();
                    }, decoder)
                    .exceptionally(Pages::fail);
        }
    }
}
