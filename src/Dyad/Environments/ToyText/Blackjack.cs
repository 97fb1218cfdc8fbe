namespace Dyad.Environments.ToyText;

/// <summary>
/// Blackjack against a dealer who hits below 17, from an endless deck; Sutton and Barto (2018), example 5.1, whose rules Gymnasium's
/// registered task follows: two cards worth 21 at once, a natural, win unless the dealer has one too. Reward: 1 for a win, 0 for
/// a draw, -1 for a loss. Terminated: on sticking, and above 21.
/// </summary>
/// <remarks>
/// Gymnasium, <c>blackjack.py</c> with <c>sab=True</c>. Actions stick, hit. An observation is the player's sum (of 32), the dealer's
/// card (of 11, an ace being 1) and whether the player has an ace that counts 11 (of 2), each one-hot. A natural has a
/// state of its own, which looks like any other 21 with such an ace.
/// </remarks>
internal static class Blackjack
{
    private const int Cards = 10;
    private const int LowestSum = 4;
    private const int LowestWithAce = 12;
    private const int Best = 21;
    private const int DealerSticks = 17;
    private const int Sums = 32;
    private const int DealerCards = 11;

    // Hands of the player: a sum without and with an ace that counts 11, and a natural.
    private const int WithAce = Best - LowestSum + 1;
    private const int Natural = WithAce + Best - LowestWithAce + 1;
    private const int Hands = Natural + 1;

    private static readonly int[][] Ones = [.. Enumerable.Range(0, Hands * Cards).Select(OnesOf)];

    /// <summary>Numbers of an observation.</summary>
    public const int ObservationSize = Sums + DealerCards + 2;

    /// <summary>The task.</summary>
    public static ToyTable Create()
    {
        var outcomes = new List<IReadOnlyList<ToyOutcome>>();
        for (int state = 0; state < Hands * Cards; state++)
        {
            outcomes.Add(Stick(state));
            outcomes.Add(Hit(state));
        }

        return new ToyTable(outcomes, Initial());
    }

    /// <summary>Which numbers of the observation of a state are 1.</summary>
    public static IReadOnlyList<int> Shown(int state) => Ones[state];

    private static int[] OnesOf(int state)
    {
        (int sum, bool hasAce, _) = HandOf(state);
        return [sum, Sums + DealerOf(state), Sums + DealerCards + (hasAce ? 1 : 0)];
    }

    private static int DealerOf(int state) => (state % Cards) + 1;

    private static (int Sum, bool HasAce, bool IsNatural) HandOf(int state) => (state / Cards) switch
    {
        Natural => (Best, true, true),
        var hand when hand >= WithAce => (hand - WithAce + LowestWithAce, true, false),
        var hand => (hand + LowestSum, false, false),
    };

    private static int StateOf((int Sum, bool HasAce) hand, int dealer, bool isNatural = false) =>
        ((isNatural ? Natural : hand.HasAce ? WithAce + hand.Sum - LowestWithAce : hand.Sum - LowestSum) * Cards) + dealer - 1;

    private static double Probability(int card) => (card == 10 ? 4 : 1) / 13.0;

    // A card to a hand; an ace counts 11 as long as that is not too much.
    private static (int Sum, bool HasAce) Add((int Sum, bool HasAce) hand, int card)
    {
        int low = hand.Sum + card - (hand.HasAce ? 10 : 0);
        bool hasAce = (hand.HasAce || card == 1) && low + 10 <= Best;
        return (hasAce ? low + 10 : low, hasAce);
    }

    private static List<ToyOutcome> Hit(int state)
    {
        (int sum, bool hasAce, _) = HandOf(state);
        var outcomes = new List<ToyOutcome>();
        double bust = 0;
        for (int card = 1; card <= Cards; card++)
        {
            (int Sum, bool HasAce) next = Add((sum, hasAce), card);
            if (next.Sum <= Best)
            {
                outcomes.Add(new(Probability(card), StateOf(next, DealerOf(state)), 0, Terminated: false));
            }
            else
            {
                bust += Probability(card);
            }
        }

        if (bust > 0)
        {
            outcomes.Add(new(bust, state, -1, Terminated: true));
        }

        return outcomes;
    }

    private static ToyOutcome[] Stick(int state)
    {
        (int sum, _, bool isNatural) = HandOf(state);
        double win = 0, draw = 0, loss = 0;
        int shown = DealerOf(state);
        for (int card = 1; card <= Cards; card++)
        {
            bool dealersNatural = (shown, card) is (1, 10) or (10, 1);
            Play(Add(Add((0, false), shown), card), Probability(card), dealersNatural);
        }

        return [new(win, state, 1, Terminated: true), new(draw, state, 0, Terminated: true), new(loss, state, -1, Terminated: true)];

        void Play((int Sum, bool HasAce) dealer, double probability, bool dealersNatural)
        {
            if (dealer.Sum < DealerSticks)
            {
                for (int card = 1; card <= Cards; card++)
                {
                    Play(Add(dealer, card), probability * Probability(card), dealersNatural: false);
                }
            }
            else if (dealer.Sum > Best || sum > dealer.Sum || (isNatural && !dealersNatural))
            {
                win += probability;
            }
            else if (sum == dealer.Sum)
            {
                draw += probability;
            }
            else
            {
                loss += probability;
            }
        }
    }

    private static double[] Initial()
    {
        double[] initial = new double[Hands * Cards];
        for (int first = 1; first <= Cards; first++)
        {
            for (int second = 1; second <= Cards; second++)
            {
                for (int dealer = 1; dealer <= Cards; dealer++)
                {
                    bool isNatural = (first, second) is (1, 10) or (10, 1);
                    initial[StateOf(Add(Add((0, false), first), second), dealer, isNatural)] += Probability(first) * Probability(second) * Probability(dealer);
                }
            }
        }

        return initial;
    }
}
