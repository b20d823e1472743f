// What the Java servers answer, and the journal they print: one line for each request.
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

final class Answers {
	static final class Answer {
		final int status;
		final String contentType;
		final String receipt;
		final byte[] body;

		Answer(int status, String contentType, String receipt, byte[] body) {
			this.status = status;
			this.contentType = contentType;
			this.receipt = receipt;
			this.body = body;
		}
	}

	private final Map<String, String> options;
	private final byte[] large;
	private volatile long lastRequestNanos = System.nanoTime();

	Answers(Map<String, String> options) {
		this.options = options;
		large = new byte[Integer.parseInt(options.get("large-bytes"))];
		Arrays.fill(large, (byte) 'x');
	}

	/** Arguments of the form --name value. */
	static Map<String, String> parse(String[] arguments) {
		Map<String, String> options = new HashMap<>();
		for (int index = 0; index + 1 < arguments.length; index += 2) options.put(arguments[index].substring(2), arguments[index + 1]);
		return options;
	}

	Answer to(String path, byte[] body) {
		String token = path.substring(path.lastIndexOf('/') + 1);
		lastRequestNanos = System.nanoTime();
		System.out.println("REQUEST " + token);
		if (token.startsWith(options.get("gone-prefix"))) {
			return new Answer(410, "application/json", null, options.get("gone-body").getBytes(StandardCharsets.UTF_8));
		}
		if (token.startsWith(options.get("large-prefix"))) return new Answer(200, "text/plain", null, large);
		return new Answer(200, "text/plain", receipt(body), new byte[0]);
	}

	/** Returns once no request came for so long: all that were under way are answered then. */
	void awaitQuiet() throws InterruptedException {
		while (System.nanoTime() - lastRequestNanos < 2_000_000_000L) Thread.sleep(50);
	}

	/** Waits until no connection is left, which is for the clients to close, but not for ever. */
	static void awaitNone(IntSupplier connections) throws InterruptedException {
		long lastNanos = System.nanoTime() + 8_000_000_000L;
		while (connections.getAsInt() > 0 && System.nanoTime() < lastNanos) Thread.sleep(50);
	}

	private static String receipt(byte[] body) {
		try {
			StringBuilder text = new StringBuilder(body.length + "-");
			for (byte octet : Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(body), 8)) text.append(String.format("%02x", octet));
			return text.toString();
		} catch (NoSuchAlgorithmException impossible) {
			throw new IllegalStateException(impossible);
		}
	}
}
