// Jetty's HTTP/2 in a small program: answers by device token; commands on standard input, one a line.
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Map;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

public final class JettyServer {
	private static volatile boolean stopping;

	public static void main(String[] arguments) throws Exception {
		Map<String, String> options = Answers.parse(arguments);
		Server server = new Server();
		HttpConfiguration configuration = new HttpConfiguration();
		configuration.addCustomizer(new SecureRequestCustomizer());
		HTTP2ServerConnectionFactory http2 = new Polite(configuration, Integer.parseInt(options.getOrDefault("requests-per-connection", "0")));
		if (options.containsKey("stream-limit")) http2.setMaxConcurrentStreams(Integer.parseInt(options.get("stream-limit")));
		if (options.containsKey("header-table")) http2.setMaxDynamicTableSize(Integer.parseInt(options.get("header-table")));
		ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2");
		SslContextFactory.Server tls = new SslContextFactory.Server();
		tls.setKeyStorePath(options.get("keystore"));
		tls.setKeyStorePassword(options.get("keystore-password"));
		tls.setKeyStoreType("PKCS12");
		ServerConnector connector = new ServerConnector(server, new SslConnectionFactory(tls, "alpn"), alpn, http2);
		connector.setHost("127.0.0.1");
		connector.setPort(Integer.parseInt(options.get("port")));
		server.addConnector(connector);
		Answers answers = new Answers(options);
		server.setHandler(new Push(answers));
		server.start();

		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
		for (String line = commands.readLine(); line != null; line = commands.readLine()) {
			if (!line.equals("stop")) continue;
			stopping = true;
			Answers.awaitNone(() -> connector.getConnectedEndPoints().size());
			server.stop();
			System.out.println("DONE stop");
		}
		System.exit(0);
	}

	/**
	 * Sends GOAWAY on the thread that reads the connection, after some requests or when the server is about to stop.
	 * Sent from another thread, as Jetty's own stop does, it can name a stream below one that is answered nevertheless.
	 */
	private static final class Polite extends HTTP2ServerConnectionFactory {
		private final int requestsPerConnection;

		Polite(HttpConfiguration configuration, int requestsPerConnection) {
			super(configuration);
			this.requestsPerConnection = requestsPerConnection;
		}

		@Override
		protected ServerSessionListener newSessionListener(Connector connector, EndPoint endPoint) {
			return new HTTPServerSessionListener(connector, endPoint) {
				private int requests;

				@Override
				public Stream.Listener onNewStream(Stream stream, HeadersFrame frame) {
					Stream.Listener listener = super.onNewStream(stream, frame);
					if (++requests == requestsPerConnection || stopping) stream.getSession().close(0, "stop", Callback.NOOP);
					return listener;
				}
			};
		}
	}

	private static final class Push extends AbstractHandler {
		private final Answers answers;

		Push(Answers answers) {
			this.answers = answers;
		}

		@Override
		public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response) throws IOException {
			Answers.Answer answer = answers.to(target, request.getInputStream().readAllBytes());
			base.setHandled(true);
			response.setStatus(answer.status);
			response.setContentType(answer.contentType);
			if (answer.receipt != null) response.setHeader("apns-unique-id", answer.receipt);
			response.setContentLength(answer.body.length);
			response.getOutputStream().write(answer.body);
		}
	}
}
