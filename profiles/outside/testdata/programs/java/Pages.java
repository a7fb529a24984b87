import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the programs share: how a page is asked for, and how it is decoded. */
final class Pages {
    static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    static HttpRequest request(String url, long id) {
        return HttpRequest.newBuilder(URI.create(url + "&id=" + id % 64)).build();
    }

    static byte[] body(HttpResponse<byte[]> response) {
        if (response.statusCode() != 200) {
            throw new IllegalStateException(response.uri() + ": " + response.statusCode());
        }
        return response.body();
    }

    static byte[] fetch(HttpClient client, String url, long id) throws IOException, InterruptedException {
        return body(client.send(request(url, id), HttpResponse.BodyHandlers.ofByteArray()));
    }

    /** The sum of the prices in a page. */
    static double total(byte[] body) {
        double sum = 0;
        for (Object item : (List<?>) new Json(new String(body, java.nio.charset.StandardCharsets.UTF_8)).value()) {
            sum += (Double) ((Map<?, ?>) item).get("price");
        }
        return sum;
    }

    static Void fail(Throwable error) {
        error.printStackTrace();
        Runtime.getRuntime().halt(1);
        return null;
    }

    /** Reads well-formed JSON as maps, lists, strings and doubles. */
    private static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Object value() {
            switch (peek()) {
                case '{': return object();
                case '[': return array();
                case '"': return string();
                case 't': at += 4; return true;
                case 'f': at += 5; return false;
                case 'n': at += 4; return null;
                default: return number();
            }
        }

        private Map<String, Object> object() {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (at++; peek() != '}'; skip(',')) {
                String name = string();
                skip(':');
                fields.put(name, value());
            }
            at++;
            return fields;
        }

        private List<Object> array() {
            List<Object> items = new ArrayList<>();
            for (at++; peek() != ']'; skip(',')) {
                items.add(value());
            }
            at++;
            return items;
        }

        private String string() {
            StringBuilder s = new StringBuilder();
            for (skip('"'); text.charAt(at) != '"'; at++) {
                s.append(text.charAt(at) == '\\' ? escape() : text.charAt(at));
            }
            at++;
            return s.toString();
        }

        private char escape() {
            char c = text.charAt(++at);
            if (c == 'u') {
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
            }
            int known = "bfnrt".indexOf(c);
            return known < 0 ? c : "\b\f\n\r\t".charAt(known);
        }

        private Double number() {
            int from = at;
            while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return Double.valueOf(text.substring(from, at));
        }

        private char peek() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }

        private void skip(char c) {
            if (peek() == c) {
                at++;
            }
        }
    }
}
