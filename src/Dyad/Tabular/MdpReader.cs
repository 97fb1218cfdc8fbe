using System.Globalization;
using System.Text.Json;
using Dyad.Core;

namespace Dyad.Tabular;

/// <summary>An MDP read from a file, with the policy and critic that the file may bring along.</summary>
/// <param name="Mdp">The process.</param>
/// <param name="Logits">Logits of a softmax policy, |S||A| entries, or null.</param>
/// <param name="Critic">A critic q_phi, |S||A| entries, or null.</param>
public sealed record MdpDocument(Mdp Mdp, double[]? Logits, double[]? Critic);

/// <summary>
/// Reads MDPs from JSON in two layouts: dense arrays <c>{"gamma", "transition": [s][a][s'], "reward": [s][a], "initial": [s]}</c>
/// with optional <c>logits</c> and <c>critic</c>; and Gymnasium's toy-text table
/// <c>{"P": {state: {action: [[probability, next state, reward, terminated], ...]}}, "initial": [...], "gamma": g}</c>, whose
/// terminated transitions pay their reward and lead to a terminal state, added as the last one.
/// </summary>
public static class MdpReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="UserError">The file cannot be read, or does not hold an MDP; the sentence names the file.</exception>
    public static MdpDocument ReadFile(string path)
    {
        string json = TextFile.Read(path, TextFile.Large);
        return TextFile.Named(path, () => Parse(json));
    }

    /// <summary>Reads a JSON text.</summary>
    /// <exception cref="UserError">The text is not JSON, or does not hold an MDP.</exception>
    public static MdpDocument Parse(string json) => Parse(json, Read);

    /// <summary>Reads something from a JSON text that is an object whose fields are all there once.</summary>
    /// <exception cref="UserError">The text is no such object, or what is read refuses it.</exception>
    public static T Parse<T>(string json, Func<JsonElement, T> read)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            throw new UserError("a JSON object is expected, and the text is empty");
        }

        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip };
            using var document = JsonDocument.Parse(json, options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new UserError($"a JSON object is expected, and this is {Kind(document.RootElement)}");
            }

            var names = new HashSet<string>();
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                if (!names.Add(field.Name))
                {
                    throw new UserError($"the field '{Cut(field.Name)}' is there twice");
                }
            }

            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // The last two: a text or the name of a field holds half of a surrogate pair.
            throw new UserError($"not valid JSON: {JsonSentence.Of(e)}", e);
        }
    }

    /// <summary>
    /// Reads a state-action array <c>[s][a]</c> from a field of a JSON file, as |S||A| entries; null if the field is absent.
    /// </summary>
    /// <exception cref="UserError">The field has another shape than the MDP's states and actions.</exception>
    public static double[]? PairVector(JsonElement root, string name, Mdp mdp)
    {
        if (!root.TryGetProperty(name, out JsonElement element))
        {
            return null;
        }

        double[,] values = Matrix(element, name);
        if (values.GetLength(0) != mdp.States || values.GetLength(1) != mdp.Actions)
        {
            throw new UserError(
                $"'{name}' is {values.GetLength(0)} x {values.GetLength(1)}; the MDP has {mdp.States} states and {mdp.Actions} actions");
        }

        double[] flat = new double[values.Length];
        Buffer.BlockCopy(values, 0, flat, 0, sizeof(double) * flat.Length);
        int bad = Array.FindIndex(flat, x => !double.IsFinite(x));
        return bad < 0 ? flat : throw new UserError($"'{name}' of state {bad / mdp.Actions}, action {bad % mdp.Actions} is not finite");
    }

    private static MdpDocument Read(JsonElement root)
    {
        double gamma = Number(Field(root, "gamma"), "gamma");
        double[] initial = Vector(Field(root, "initial"), "initial");
        if (root.TryGetProperty("P", out JsonElement table))
        {
            return new MdpDocument(ReadTable(table, initial, gamma), null, null);
        }

        if (!root.TryGetProperty("transition", out JsonElement transition))
        {
            throw new UserError("neither 'transition' (dense arrays) nor 'P' (a toy-text table) is there");
        }

        Mdp mdp = Mdp.FromDense(Cube(transition, "transition"), Matrix(Field(root, "reward"), "reward"), initial, gamma);
        return new MdpDocument(mdp, PairVector(root, "logits", mdp), PairVector(root, "critic", mdp));
    }

    private static Mdp ReadTable(JsonElement table, double[] initial, double gamma)
    {
        int states = initial.Length;
        JsonElement[] stateRows = Numbered(table, "P", states, "state");
        int actions = stateRows.Length == 0 ? 0 : Numbered(stateRows[0], "P[0]", null, "action").Length;
        var rows = new List<IReadOnlyList<(int, double)>>();
        var rewards = new List<double>();
        bool terminates = false;
        for (int s = 0; s < states; s++)
        {
            JsonElement[] actionRows = Numbered(stateRows[s], $"P[{s}]", actions, "action");
            for (int a = 0; a < actions; a++)
            {
                string name = $"P[{s}][{a}]";
                (List<(int, double)> row, double reward) = ReadOutcomes(actionRows[a], name, states, ref terminates);
                rows.Add(row);
                rewards.Add(reward);
            }
        }

        if (terminates)
        {
            rows.AddRange(Enumerable.Repeat<IReadOnlyList<(int, double)>>([(states, 1.0)], actions));
            rewards.AddRange(Enumerable.Repeat(0.0, actions));
            initial = [.. initial, 0.0];
        }

        return new Mdp(rewards, rows, initial, gamma);
    }

    private static (List<(int, double)> Row, double Reward) ReadOutcomes(
        JsonElement outcomes, string name, int states, ref bool terminates)
    {
        var row = new SortedDictionary<int, double>();
        double reward = 0;
        foreach (JsonElement outcome in Elements(outcomes, name))
        {
            JsonElement[] parts = [.. Elements(outcome, name)];
            if (parts.Length != 4 || parts[3].ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                throw new UserError($"each outcome in {name} must be [probability, next state, reward, terminated]");
            }

            double probability = Number(parts[0], name);
            Mdp.CheckProbability(probability, () => name);
            int next = -1;
            if (parts[1].ValueKind != JsonValueKind.Number || !parts[1].TryGetInt32(out next) || next < 0 || next >= states)
            {
                throw new UserError($"{name} leads to {Kind(parts[1])}; states are the numbers 0 to {states - 1}");
            }

            if (parts[3].GetBoolean())
            {
                next = states;
                terminates = true;
            }

            row[next] = row.GetValueOrDefault(next) + probability;
            reward += probability * Number(parts[2], name);
        }

        return ([.. row.Select(entry => (entry.Key, entry.Value))], reward);
    }

    // An object with the keys "0", "1", ...; arrays are taken as well.
    private static JsonElement[] Numbered(JsonElement element, string name, int? count, string what)
    {
        JsonElement[] items = element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray()]
            : element.ValueKind == JsonValueKind.Object
                ? ByNumber(element, name)
                : throw new UserError($"'{name}' must be an object with one entry for each {what}, and it is {Kind(element)}");
        return count is null || items.Length == count
            ? items
            : throw new UserError($"'{name}' has {items.Length} entries where {count} are expected (one for each {what})");
    }

    private static JsonElement[] ByNumber(JsonElement element, string name)
    {
        JsonProperty[] entries = [.. element.EnumerateObject()];
        var items = new JsonElement?[entries.Length];
        foreach (JsonProperty entry in entries)
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int i)
                || i >= items.Length || entry.Name != i.ToString(CultureInfo.InvariantCulture))
            {
                continue;
            }

            items[i] = items[i] is null ? entry.Value : throw new UserError($"'{name}' has the entry '{i}' twice");
        }

        int missing = Array.IndexOf(items, null);
        return missing < 0 ? [.. items.Select(item => item!.Value)] : throw new UserError($"'{name}' lacks the entry '{missing}'");
    }

    private static double[,,] Cube(JsonElement element, string name)
    {
        double[][,] slices = [.. Elements(element, name).Select((slice, i) => Matrix(slice, $"{name}[{i}]"))];
        (int rows, int columns) = slices.Length == 0 ? (0, 0) : (slices[0].GetLength(0), slices[0].GetLength(1));
        double[,,] cube = new double[slices.Length, rows, columns];
        for (int i = 0; i < slices.Length; i++)
        {
            if (slices[i].GetLength(0) != rows || slices[i].GetLength(1) != columns)
            {
                throw new UserError(
                    $"'{name}[{i}]' is {slices[i].GetLength(0)} x {slices[i].GetLength(1)} and '{name}[0]' is {rows} x {columns}; "
                    + "all must have the same shape");
            }

            Buffer.BlockCopy(slices[i], 0, cube, i * rows * columns * sizeof(double), rows * columns * sizeof(double));
        }

        return cube;
    }

    private static double[,] Matrix(JsonElement element, string name)
    {
        double[][] rows = [.. Elements(element, name).Select((row, i) => Vector(row, $"{name}[{i}]"))];
        int columns = rows.Length == 0 ? 0 : rows[0].Length;
        double[,] matrix = new double[rows.Length, columns];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length != columns)
            {
                throw new UserError(
                    $"'{name}[{i}]' has {rows[i].Length} entries and '{name}[0]' has {columns}; all must have the same length");
            }

            Buffer.BlockCopy(rows[i], 0, matrix, i * columns * sizeof(double), columns * sizeof(double));
        }

        return matrix;
    }

    private static double[] Vector(JsonElement element, string name) =>
        [.. Elements(element, name).Select((item, i) => Number(item, $"{name}[{i}]"))];

    private static JsonElement.ArrayEnumerator Elements(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Array
            ? element.EnumerateArray()
            : throw new UserError($"'{name}' must be an array, and it is {Kind(element)}");

    private static double Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value)
            ? value
            : throw new UserError($"'{name}' must be a number, and it is {Kind(element)}");

    private static JsonElement Field(JsonElement element, string key) =>
        element.TryGetProperty(key, out JsonElement value) ? value : throw new UserError($"the field '{key}' is missing");

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"the text {Shown(element)}",
        JsonValueKind.Number => $"the number {Shown(element)}",
        _ => Shown(element),
    };

    // As the file has it, escapes and all, so that a sentence stays one line; a long text only from its beginning.
    private static string Shown(JsonElement element) => Cut(element.GetRawText(), 40);

    // What a file holds may be of any length, and hold line ends.
    private static string Cut(string text, int most = 120)
    {
        string line = string.Concat(text.Take(most).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length <= most ? line : $"{line}...";
    }
}
