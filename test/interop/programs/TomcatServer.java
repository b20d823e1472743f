// Tomcat's HTTP/2 in a small program: answers by device token; commands on standard input, one a line.
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

public final class TomcatServer {
	public static void main(String[] arguments) throws Exception {
		Map<String, String> options = Answers.parse(arguments);
		Tomcat tomcat = new Tomcat();
		tomcat.setBaseDir(options.get("directory"));

		Http2Protocol http2 = new Http2Protocol();
		if (options.containsKey("stream-limit")) {
			http2.setMaxConcurrentStreams(Long.parseLong(options.get("stream-limit")));
			http2.setMaxConcurrentStreamExecution(Integer.parseInt(options.get("stream-limit")));
		}
		Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
		connector.setPort(Integer.parseInt(options.get("port")));
		connector.setProperty("address", "127.0.0.1");
		connector.setProperty("SSLEnabled", "true");
		connector.setSecure(true);
		connector.setScheme("https");
		SSLHostConfig host = new SSLHostConfig();
		SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.EC);
		certificate.setCertificateKeystoreFile(options.get("keystore"));
		certificate.setCertificateKeystorePassword(options.get("keystore-password"));
		certificate.setCertificateKeystoreType("PKCS12");
		host.addCertificate(certificate);
		connector.addSslHostConfig(host);
		connector.addUpgradeProtocol(http2);
		tomcat.setConnector(connector);

		Answers answers = new Answers(options);
		Context context = tomcat.addContext("", new File(options.get("directory")).getAbsolutePath());
		Tomcat.addServlet(context, "push", new Push(answers));
		context.addServletMappingDecoded("/*", "push");
		tomcat.start();

		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
		for (String line = commands.readLine(); line != null; line = commands.readLine()) {
			if (!line.equals("stop")) continue;
			// GOAWAY first; the web application has to outlive the requests under way. A paused connector counts no connections.
			connector.pause();
			answers.awaitQuiet();
			tomcat.stop();
			tomcat.destroy();
			System.out.println("DONE stop");
		}
		System.exit(0);
	}

	private static final class Push extends HttpServlet {
		private static final long serialVersionUID = 1L;
		private final transient Answers answers;

		Push(Answers answers) {
			this.answers = answers;
		}

		@Override
		protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
			Answers.Answer answer = answers.to(request.getRequestURI(), request.getInputStream().readAllBytes());
			response.setStatus(answer.status);
			response.setContentType(answer.contentType);
			if (answer.receipt != null) response.setHeader("apns-unique-id", answer.receipt);
			response.setContentLength(answer.body.length);
			response.getOutputStream().write(answer.body);
		}
	}
}
