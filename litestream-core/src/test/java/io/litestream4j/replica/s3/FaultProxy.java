package io.litestream4j.replica.s3;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stands between a client and a store on this machine, counts requests, and does harm as told. */
public final class FaultProxy implements AutoCloseable {

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Rule> rules = new ArrayList<>();
    private final List<ProxiedRequest> requests = new ArrayList<>();
    private volatile int upstreamPort;

    private FaultProxy(ServerSocket socket, int upstreamPort) {
        this.socket = socket;
        this.upstreamPort = upstreamPort;
    }

    /** Stands before the store at a port, on a free port of its own. */
    public static FaultProxy before(int port) throws IOException {
        FaultProxy proxy = new FaultProxy(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()), port);
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** The store is at another port from now on. */
    public void upstream(int port) {
        upstreamPort = port;
    }

    /** The next so many requests that match suffer; the rule that was made first counts. */
    public synchronized void on(Predicate<ProxiedRequest> which, int times, Fault fault) {
        rules.add(new Rule(which, times, fault));
    }

    /** Every request suffers, until {@link #heal}. */
    public void always(Fault fault) {
        on(request -> true, Integer.MAX_VALUE, fault);
    }

    /** Ends all faults that haven't begun. */
    public synchronized void heal() {
        rules.clear();
    }

    /** Whether all faults were done as often as they were to be. */
    public synchronized boolean isDone() {
        return rules.stream().allMatch(rule -> rule.left == 0);
    }

    /** All requests since the start or the last {@link #forget}. */
    public synchronized List<ProxiedRequest> requests() {
        return List.copyOf(requests);
    }

    public synchronized void forget() {
        requests.clear();
    }

    /** How many were of a kind. */
    public long count(ProxiedRequest.Kind kind) {
        return requests().stream().filter(request -> request.kind() == kind).count();
    }

    /** The counts of all kinds, to be shown. */
    public String summary() {
        return requests().stream()
                .collect(Collectors.groupingBy(ProxiedRequest::kind, Collectors.counting()))
                .toString();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        socket.close();
        for (Socket connection : connections) {
            connection.close();
        }
        threads.shutdownNow();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                connections.add(connection);
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            ProxiedRequest request = ProxiedRequest.read(in);
            while (request != null && !connection.isClosed()) {
                handle(new ProxiedExchange(request, in, connection, upstreamPort, closed));
                request = connection.isClosed() ? null : ProxiedRequest.read(in);
            }
        } catch (IOException e) {
            return; // a side has gone: the connection ends
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(connection);
        }
    }

    private void handle(ProxiedExchange exchange) throws IOException, InterruptedException {
        Fault fault = faultFor(exchange.request());
        if (fault == null) {
            exchange.pass();
        } else {
            fault.apply(exchange);
        }
    }

    private synchronized @Nullable Fault faultFor(ProxiedRequest request) {
        requests.add(request);
        for (Rule rule : rules) {
            if (rule.left > 0 && rule.which.test(request)) {
                rule.left--;
                return rule.fault;
            }
        }
        return null;
    }

    private static final class Rule {

        private final Predicate<ProxiedRequest> which;
        private final Fault fault;
        private int left;

        Rule(Predicate<ProxiedRequest> which, int times, Fault fault) {
            this.which = which;
            this.left = times;
            this.fault = fault;
        }
    }
}
