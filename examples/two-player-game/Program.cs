// A two-player game of one's own: two firms choose what they produce, and the price falls with what both do (Cournot). One firm moves
// first (Stackelberg), and the other answers with what is best for it. Run it with: dotnet run -c Release
using Dyad.Autodiff;
using Dyad.Games;
using Dyad.Numerics;
using static Dyad.Autodiff.Operations;

// The players and their costs: minus the profit of each; the leader's machines are made for an output of 3.
Parameters<double> leader = new("leader"), follower = new("follower");
Expression<double> x = leader.Add("output", 1, 1), y = follower.Add("output", 1, 1);
Expression<double> price = 12 - (x + y);
Expression<double> leaderCost = -(x * (price - 2)) + (0.05 * Square(Square(x - 3)));
Expression<double> followerCost = -(y * (price - 2));
var game = new Game<double>(leader, follower, leaderCost, followerCost);

// Both gradients, and the leader's total derivative: how its profit changes when the other answers.
var individual = new GameJacobian<double>(game);
var builder = new ProgramBuilder<double>();
var total = new TotalDerivative<double>(builder, game, new SolvedTerm<double>(builder, game, new DenseSolver<double>(follower.Count)), new Damping(0));

foreach (bool leads in new[] { false, true })
{
    (leader.Values[0], follower.Values[0]) = (0.5, 6);
    for (int i = 0; i < 2000; i++)
    {
        (double first, double second) = Directions(leads);
        leader.Values[0] -= 0.05 * first;
        follower.Values[0] -= 0.05 * second;
    }

    EquilibriumReport found = new StackelbergEquilibrium(game).Check();
    Console.WriteLine($"{(leads ? "the leader foresees" : "each follows its own")}: x = {leader.Values[0]:0.0000}, y = {follower.Values[0]:0.0000}; "
        + $"{found.Kind}, total derivative {found.TotalDerivative:0.0e0}, curvatures {found.LeaderCurvature:0.00} and {found.FollowerCurvature:0.00}");
}

// What the game is at this point, by eigenvalues.
SpectrumReport spectrum = new GameSpectrum<double>(game, steps: 2).Compute(new RandomStream(0));
Console.WriteLine($"eigenvalues of the game's Jacobian: {spectrum.JacobianLowest.Real:0.00} to {spectrum.JacobianHighest.Real:0.00}");

// The vector field of both rules, as rows for any plotting tool.
using var field = new StreamWriter("field.csv");
field.WriteLine("x,y,individual_x,leading_x,follower_y");
for (double a = 0; a <= 6; a += 0.5)
{
    for (double b = 0; b <= 6; b += 0.5)
    {
        (leader.Values[0], follower.Values[0]) = (a, b);
        (double plain, double second) = Directions(leads: false);
        field.WriteLine($"{a},{b},{-plain},{-Directions(leads: true).Leader},{-second}");
    }
}

Console.WriteLine("field.csv: where each rule moves from 169 points");

(double Leader, double Follower) Directions(bool leads)
{
    individual.Update();
    total.Compute();
    return (leads ? total.Total[0] : individual.LeaderGradient[0], individual.FollowerGradient[0]);
}
