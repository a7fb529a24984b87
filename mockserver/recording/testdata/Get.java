import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks its upstream in each way that a JDK has. */
class Get {
    public static void main(String[] args) throws Exception {
        URI connection = URI.create(args[0] + "/connection");
        System.out.println(new String(connection.toURL().openStream().readAllBytes()));
        HttpRequest request = HttpRequest.newBuilder(URI.create(args[0] + "/client")).build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
