package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.replica.RequestCounts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What the requests to a bucket would cost in a month of 30 days if they went on as since the start, at the list prices of
 * Amazon S3 Standard: 0.005 USD for 1000 PUT or LIST requests, 0.0004 USD for 1000 GET requests, nothing for DELETE.
 * Storage and traffic are not in it, and other providers ask for other prices.
 *
 * @param usd US dollars
 * @param requests requests in a month
 * @param countedFor for how long they were counted; the longer, the better the estimate
 */
public record MonthlyCost(BigDecimal usd, long requests, Duration countedFor) {

    private static final Duration MONTH = Duration.ofDays(30);

    /** The requests of a start say nothing about a month. */
    private static final Duration LEAST = Duration.ofMinutes(5);

    private static final double PUT_OR_LIST = 0.005 / 1000;
    private static final double GET = 0.0004 / 1000;

    /** Of requests since a time; none for storage that costs nothing, or while they were counted for too short a time. */
    static Optional<MonthlyCost> of(RequestCounts requests, Instant since, Instant now) {
        Duration counted = Duration.between(since, now);
        if (requests.total() == 0 || counted.compareTo(LEAST) < 0) {
            return Optional.empty();
        }
        double months = (double) counted.toMillis() / MONTH.toMillis();
        double usd = ((requests.put() + requests.list()) * PUT_OR_LIST + requests.get() * GET) / months;
        return Optional.of(new MonthlyCost(
                BigDecimal.valueOf(usd).setScale(2, RoundingMode.HALF_UP),
                Math.round(requests.total() / months),
                counted.truncatedTo(ChronoUnit.SECONDS)));
    }
}
